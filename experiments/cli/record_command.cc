#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>

#include "experiments/cli/commands.h"
#include "experiments/cli/option_checks.h"
#include "experiments/cli/output_file.h"
#include "experiments/cli/terminal.h"
#include "experiments/files.h"
#include "experiments/record/clock.h"
#include "experiments/record/recorder.h"
#include "experiments/record/recording.h"
#include "experiments/record/sampler.h"
#include "experiments/record/sensor_list.h"
#include "experiments/text_table.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

struct RecordArguments {
  std::vector<std::string> rails;
  std::string out;
  std::string root = "/sys";
  RecordOptions options;
  bool list = false;
};

using Sensors = std::vector<std::unique_ptr<PowerSensor>>;

std::vector<std::string> NamesOf(const Sensors& sensors) {
  std::vector<std::string> names;
  for (const auto& sensor : sensors) {
    for (const MeasuredRail& rail : sensor->rails()) names.push_back(rail.name);
  }
  return names;
}

bool Wanted(const RecordArguments& args, const MeasuredRail& rail) {
  return args.rails.empty() ||
         std::find(args.rails.begin(), args.rails.end(), rail.name) != args.rails.end();
}

// The sensors with a wanted rail. Throws InputError if there is none at all or a name is unknown.
Sensors Find(const RecordArguments& args) {
  FoundSensors found = FindSensors(args.root);
  if (found.sensors.empty()) {
    throw InputError(fmt::format("no power sensor found, so nothing was run; looked for {}{}{}",
                                 SoughtSensors(args.root), found.notes.empty() ? "" : "; ",
                                 fmt::join(found.notes, "; ")));
  }
  for (const std::string& note : found.notes) PrintErrorLine("note: " + note);
  const std::vector<std::string> names = NamesOf(found.sensors);
  for (const std::string& rail : args.rails) {
    if (std::find(names.begin(), names.end(), rail) == names.end()) {
      throw InputError(fmt::format("--rails: unknown rail '{}'; there is {}{}", rail,
                                   fmt::join(names, ", "), DidYouMean(rail, names)));
    }
  }
  std::erase_if(found.sensors, [&](const auto& sensor) {
    return std::none_of(sensor->rails().begin(), sensor->rails().end(),
                        [&](const MeasuredRail& rail) { return Wanted(args, rail); });
  });
  return std::move(found.sensors);
}

void List(const RecordArguments& args) {
  const Sensors sensors = Find(args);
  Sampler sampler(sensors, 0.1);
  constexpr double kPatienceS = 20;
  sampler.RunUntilAllGive(MonotonicSeconds() + kPatienceS);
  std::size_t name_width = 4, scope_width = 5;
  for (const auto& sensor : sensors) {
    for (const MeasuredRail& rail : sensor->rails()) {
      name_width = std::max(name_width, rail.name.size());
      scope_width = std::max(scope_width, rail.scope.size());
    }
  }
  fmt::print("{:<{}}  {:>9}  {:<{}}  source\n", "rail", name_width, "now W", "scope", scope_width);
  for (std::size_t s = 0; s < sensors.size(); ++s) {
    for (const RailSeries& series : SeriesOf(sensors[s]->rails(), sampler.readings()[s], 0)) {
      if (!Wanted(args, series.rail)) continue;
      const std::string now = series.w.empty() ? "-" : fmt::format("{:.3f}", series.w.back());
      fmt::print("{:<{}}  {:>9}  {:<{}}  {}\n", series.rail.name, name_width, now,
                 series.rail.scope, scope_width, series.rail.source);
    }
  }
}

// Checks the folder before anything runs. Without --out: power.csv, then power-2.csv and so on.
fs::path OutPath(const std::string& out) {
  fs::path path = out.empty() ? "power.csv" : out;
  std::error_code error;
  for (int n = 2; out.empty() && fs::exists(path, error); ++n)
    path = fmt::format("power-{}.csv", n);
  CheckOutputFile("--out", path.string(), {});
  return path;
}

// To stderr: the command's own output may go somewhere through stdout.
void PrintSummary(const RecordArguments& args, const Recorded& recorded, const PowerCsv& csv,
                  const std::vector<RailSeries>& series) {
  const double duration_s = recorded.end_s - recorded.start_s;
  fmt::print(stderr,
             "\n{} samples from {:.2f} s to {:.2f} s, one every {:.4f} s in the mean ({:g} asked), "
             "{} deadlines missed\ncommand: {:.3f} s, exit status {}\n\n",
             csv.rows, csv.first_s, csv.last_s, MeanPeriod(series.front()), args.options.interval_s,
             recorded.missed, duration_s, recorded.status);
  std::vector<std::vector<std::string>> rows = {
      {"while the command ran", "mean W", "energy J", "readings"}};
  for (const RailSeries& rail : series) {
    const double energy_j = Energy(rail, 0, duration_s);
    const auto inside = std::count_if(rail.t_s.begin(), rail.t_s.end(),
                                      [&](double t) { return t >= 0 && t <= duration_s; });
    rows.push_back({rail.rail.name, fmt::format("{:.3f}", energy_j / duration_s),
                    fmt::format("{:.3f}", energy_j), std::to_string(inside)});
  }
  fmt::print(stderr, "{}", TextTable(rows));
}

void RunRecord(const RecordArguments& args) {
  if (args.list) return List(args);
  if (args.options.command.empty())
    throw InputError("record needs a command: edgesim record [OPTIONS] -- CMD ARGS...");
  const fs::path out = OutPath(args.out);
  const Sensors sensors = Find(args);
  const Recorded recorded = Record(sensors, args.options);
  if (!recorded.started) {
    PrintErrorLine("interrupted before the command was started; nothing was written");
    throw CLI::RuntimeError(128 + SIGINT);
  }
  const double duration_s = recorded.end_s - recorded.start_s;
  std::vector<RailSeries> series;
  std::vector<std::string> gaps;
  for (std::size_t s = 0; s < sensors.size(); ++s) {
    for (RailSeries& rail : SeriesOf(sensors[s]->rails(), recorded.readings[s], recorded.start_s)) {
      if (!Wanted(args, rail.rail)) continue;
      // A sensor that averages lags a little; one that ended lags by much.
      const double slack_s = std::max(2.0, 5 * args.options.interval_s);
      if (rail.t_s.empty()) {
        gaps.push_back(fmt::format("rail {} gave no readings and is left out", rail.rail.name));
        continue;
      }
      if (rail.t_s.back() < duration_s - slack_s) {
        gaps.push_back(fmt::format("rail {} gave no readings after {:.2f} s", rail.rail.name,
                                   rail.t_s.back()));
      }
      series.push_back(std::move(rail));
    }
  }
  if (series.empty()) throw InputError("no rail gave a reading; nothing was written");
  const PowerCsv csv = FormatPowerCsv(series);
  WriteTextFile(out, csv.text);
  PrintSummary(args, recorded, csv, series);
  fmt::print(stderr, "\nrecording in {}\nnext: edgesim fit {} -o my.json; see edgesim fit --help\n",
             out.string(), out.string());
  if (csv.rows == 0)
    gaps.push_back(
        fmt::format("{} has no row: there is no instant that all rails cover", out.string()));
  if (!gaps.empty()) throw InputError(fmt::format("{}", fmt::join(gaps, "; ")));
  if (recorded.status != 0) throw CLI::RuntimeError(recorded.status);
}

}  // namespace

void AddRecordCommand(CLI::App& app) {
  auto args = std::make_shared<RecordArguments>();
  CLI::App* record = app.add_subcommand(
      "record", "Run a command and record the power this machine's sensors show meanwhile");
  record->add_option("command", args->options.command,
                     "Command to run and its arguments, after --; its exit status becomes this "
                     "program's");
  record->add_flag("--list", args->list,
                   "List the rails there are: reading, scope and source; runs nothing");
  record->add_option("--rails", args->rails, "Record only these, as --list names them; default all")
      ->type_name("RAIL,...")
      ->expected(1)
      ->delimiter(',')
      ->take_all();
  record->add_option("--interval", args->options.interval_s, "Seconds from reading to reading")
      ->check(SecondsWithin(0.001, 60))
      ->capture_default_str();
  record->add_option("--lead", args->options.lead_s, "Seconds recorded before the command starts")
      ->check(SecondsWithin(0, 3600))
      ->capture_default_str();
  record->add_option("--tail", args->options.tail_s, "Seconds recorded after it has ended")
      ->check(SecondsWithin(0, 3600))
      ->capture_default_str();
  record->add_option("-o,--out", args->out,
                     "csv to write, replaced if it exists: t_s (0 when the command starts) and one "
                     "column <rail>_w per "
                     "rail; default power.csv, then power-2.csv and so on");
  record->add_option("--sysfs-root", args->root, "Where sysfs is mounted")->group("");
  record->footer(
      "Example: edgesim record --interval 0.05 -o run1.csv -- ./llama-cli -m model.gguf");
  record->callback([args] { RunRecord(*args); });
}

}  // namespace edgesim
