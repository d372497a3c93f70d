#include "experiments/cli/trace_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "calibration/cut_requests.h"
#include "calibration/power_trace.h"
#include "calibration/trace_quality.h"
#include "calibration/trace_set.h"
#include "experiments/cli/option_checks.h"
#include "experiments/files.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

// Opens a file for reading; what is no readable text is refused by its path.
std::ifstream Open(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) throw InputError(path + ": is a folder, not a file");
  if (!fs::exists(path, error)) throw InputError(path + ": no such file");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw InputError(path + ": cannot be read");
  constexpr int kGzip = 0x1f;  // no text begins with it
  if (in.peek() == kGzip) {
    throw InputError(fmt::format("{}: is compressed; unpack it first: gunzip -k {}", path,
                                 fs::path(path).filename().string()));
  }
  return in;
}

CsvTable ReadTable(const std::string& path) {
  Open(path);
  return {ReadTextFile(path), path};
}

// The day on which the recording's clock stood at t_s = 0; "" where it counts from anything else.
std::string DayOf(const PowerTrace& trace) {
  constexpr double kYear2000_s = 946684800, kYear2100_s = 4102444800;
  if (trace.origin_s < kYear2000_s || trace.origin_s > kYear2100_s) return "";
  const auto seconds = static_cast<std::time_t>(trace.origin_s);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
  return text;
}

// The samples of all requests as one recording grouped by request, to be judged like one.
PowerTrace AsRecording(const TraceSet& traces, const std::string& name) {
  PowerTrace recording{.name = name,
                       .rails = traces.rails,
                       .t_s = {},
                       .rail_w = std::vector<std::vector<double>>(traces.rails.size()),
                       .group = {},
                       .notes = {}};
  for (std::size_t i = 0; i < traces.requests.size(); ++i) {
    const RequestTrace& request = traces.requests[i];
    recording.t_s.insert(recording.t_s.end(), request.t_s.begin(), request.t_s.end());
    recording.group.insert(recording.group.end(), request.t_s.size(), std::to_string(i));
    for (std::size_t r = 0; r < traces.rails.size(); ++r) {
      recording.rail_w[r].insert(recording.rail_w[r].end(), request.rail_w[r].begin(),
                                 request.rail_w[r].end());
    }
  }
  return recording;
}

// As FromRecordings does: one sample per refresh of the sensor, and what would mislead refused.
void CleanJoined(TraceInput& input, const std::string& name) {
  const PowerTrace recording = AsRecording(input.traces, name);
  RefuseMisleading(recording);
  const PowerTrace cleaned = WithoutHeldValues(recording);
  if (cleaned.t_s.size() < recording.t_s.size()) {
    RefuseMisleading(cleaned);
    for (RequestTrace& request : input.traces.requests) {
      request.t_s.clear();
      for (auto& rail : request.rail_w) rail.clear();
    }
    for (std::size_t i = 0; i < cleaned.t_s.size(); ++i) {
      RequestTrace& request = input.traces.requests[std::stoul(cleaned.group[i])];
      request.t_s.push_back(cleaned.t_s[i]);
      for (std::size_t r = 0; r < cleaned.rails.size(); ++r)
        request.rail_w[r].push_back(cleaned.rail_w[r][i]);
    }
    for (const RequestTrace& request : input.traces.requests) {
      if (request.t_s.size() > 1) continue;
      throw InputError(fmt::format("{}: {}, question {}: the sensor did not refresh within it",
                                   name, request.action, request.request));
    }
  }
  for (const std::string& note : cleaned.notes) input.notes.push_back(name + ": " + note);
}

// The requests of one recording that a table tells the times of.
void CutOut(const PowerTrace& recording, const std::string& requests, TraceInput& input) {
  RefuseMisleading(recording);
  const PowerTrace cleaned = WithoutHeldValues(recording);
  RefuseMisleading(cleaned);
  input.traces = CutRequests(cleaned, ReadTable(requests));
  for (const auto& watts : recording.rail_w)
    input.traces.quantum_w.push_back(AssessRail(recording.t_s, watts).quantum_w);
  for (const std::string& note : cleaned.notes) input.notes.push_back(cleaned.name + ": " + note);
}

void ReadRecordings(const TraceArguments& args, TraceInput& input) {
  ImportOptions options{
      .format = args.format, .rails = args.rails, .group_column = args.group_column};
  if (!args.action_column.empty())
    options.group_column = args.action_column + "+" + args.group_column;
  std::vector<PowerTrace> recordings;
  for (std::size_t i = 0; i < args.recordings.size(); ++i) {
    std::ifstream in = Open(args.recordings[i]);
    recordings.push_back(ImportTrace(in, args.recordings[i], options));
    // Files of one name in several folders, run1/power.csv and run2/power.csv, go by their paths.
    if (std::count(input.files.begin(), input.files.end(), input.files[i]) == 1)
      recordings.back().name = input.files[i];
    const std::string day = DayOf(recordings.back());
    if (i == 0 || day < input.recorded) input.recorded = day;
  }
  if (!args.requests.empty()) {
    CutOut(recordings[0], args.requests, input);
    return;
  }
  input.traces =
      FromRecordings(recordings, {.action_in_group = !args.action_column.empty()}, &input.notes);
}

CLI::Validator RailChoice() {
  return {[](std::string& text) -> std::string {
            const std::size_t equals = text.find('=');
            const bool whole = !text.empty() && equals != 0 && equals + 1 != text.size();
            return whole ? "" : fmt::format("'{}': RAIL or NAME=COLUMN is needed", text);
          },
          ""};
}

}  // namespace

void AddTraceOptions(CLI::App& command, TraceArguments& args) {
  command
      .add_option("recordings", args.recordings,
                  "Recorded power: csv with t_s and columns <rail>_w, or a log of HWiNFO, "
                  "tegrastats, PTDaemon or EnergiBridge")
      ->type_name("TRACE");
  command.add_option("--format", args.format,
                     "Of the recordings: generic, hwinfo, tegrastats, spl, energibridge; default "
                     "by content");
  command
      .add_option("--rails", args.rails,
                  "Columns to take, four at most, NAME=COLUMN to rename; default all of a csv, "
                  "else what the format's tool calls package, GPU or board")
      ->type_name("RAIL,...")
      ->expected(1)
      ->delimiter(',')
      ->take_all()
      ->check(RailChoice());
  command
      .add_option("--group", args.group_column,
                  "Column that tells requests apart; without it a recording is one course of power")
      ->check(NotEmpty("a column's name"));
  command
      .add_option("--action", args.action_column,
                  "With --group: column that names the action of a request")
      ->check(NotEmpty("a column's name"));
  command.add_option("--traces", args.samples,
                     "Instead of recordings, csv: action, question_id, t_s (seconds since the "
                     "request began), and one column <rail>_w per rail");
  command.add_option(
      "--requests", args.requests,
      "csv: action, question_id, completion_tokens, duration_s; of a recording also start_s, "
      "on the recording's clock");
}

std::vector<std::string> InputFiles(const TraceArguments& args) {
  std::vector<std::string> files = args.recordings;
  if (!args.samples.empty()) files.push_back(args.samples);
  if (!args.requests.empty()) files.push_back(args.requests);
  return files;
}

TraceInput ReadTraceInput(const TraceArguments& args) {
  const bool tables = !args.samples.empty();
  const bool of_recordings = !args.format.empty() || !args.rails.empty() ||
                             !args.group_column.empty() || !args.action_column.empty();
  if (args.recordings.empty() && !tables)
    throw InputError("no traces: name recordings, or --traces with --requests");
  if (!args.recordings.empty() && tables)
    throw InputError("recordings and --traces exclude each other");
  if (tables && args.requests.empty()) throw InputError("--traces needs --requests");
  if (tables && of_recordings)
    throw InputError("--format, --rails, --group and --action are for recordings, not --traces");
  if (!tables && !args.requests.empty()) {
    if (args.recordings.size() > 1)
      throw InputError("--requests is a table of one recording, but several are given");
    if (!args.group_column.empty())
      throw InputError("--requests and --group exclude each other: both say what a request is");
  }
  if (!args.action_column.empty() && args.group_column.empty())
    throw InputError("--action needs --group: the column that tells requests apart");
  TraceInput input;
  for (const std::string& file : InputFiles(args))
    input.files.push_back(fs::path(file).filename().string());
  if (!tables) {
    ReadRecordings(args, input);
    return input;
  }
  input.traces = JoinTraces(ReadTable(args.samples), ReadTable(args.requests));
  CleanJoined(input, input.files[0]);
  return input;
}

}  // namespace edgesim
