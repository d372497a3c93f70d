#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "calibration/ensemble.h"
#include "calibration/resample.h"
#include "devices/profile_io.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/fit_output.h"
#include "experiments/cli/fit_report.h"
#include "experiments/cli/fit_text.h"
#include "experiments/cli/option_checks.h"
#include "experiments/cli/terminal.h"
#include "experiments/cli/today.h"
#include "experiments/files.h"
#include "sim/device.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

struct FitArguments {
  TraceArguments traces;
  std::string out, report;
  std::vector<std::string> models;  // "<rail>=<words>" or "<words>" for all
  DeviceFitOptions options;
  int folds = 0, members = 0, threads = 0;
  double session_level_sd_w = 0;
};

constexpr int kDraws = 500;  // simulated requests per recorded one
constexpr std::uint64_t kSeed = 1;

constexpr std::string_view kLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

// The first trace's file name without its ending, as a name may be written.
std::string DefaultName(const std::vector<std::string>& files) {
  std::string name = fs::path(files.front()).stem().string();
  for (char& c : name) {
    if (kLetters.find(c) == std::string_view::npos) c = '-';
  }
  return name.empty() ? "device" : name;
}

bool IsDate(const std::string& text) {
  static const std::regex form("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])");
  return std::regex_match(text, form);
}

// What can be refused before minutes of fitting.
void CheckArguments(const FitArguments& args) {
  if (args.members == 0 && args.session_level_sd_w != 0)
    throw InputError("--session-level-sd needs --bootstrap: it is a prior for the ensemble");
  CheckOutput({.profile = args.out, .report = args.report, .ensemble = args.members > 0},
              InputFiles(args.traces));
  const DeviceFitOptions& options = args.options;
  if (options.name.find_first_not_of(kLetters) != std::string::npos)
    throw InputError("--name '" + options.name + "': only letters, digits, '-', '_' and '.'");
  for (const std::string& date : {options.date_recorded, options.date_fitted}) {
    if (!date.empty() && !IsDate(date))
      throw InputError("'" + date + "' is not a date, YYYY-MM-DD is needed");
  }
}

// Names and dates that were not given.
void FillIn(const TraceInput& input, DeviceFitOptions& options, std::vector<std::string>& notices) {
  if (options.name.empty()) options.name = DefaultName(input.files);
  if (options.source.empty()) options.source = fmt::format("{}", fmt::join(input.files, ", "));
  if (options.date_fitted.empty()) options.date_fitted = Today();
  if (options.date_recorded.empty()) options.date_recorded = input.recorded;
  if (options.date_recorded.empty()) {
    options.date_recorded = "unknown";
    notices.push_back("no date of recording: give --recorded YYYY-MM-DD and the profile names it");
  }
}

// A fit takes about a millisecond per reading and restart, a choice of the model twenty times that.
void CheckLength(const TraceSet& traces, bool choose) {
  constexpr double kMost = 1e6, kEnough = 1e4, kLong = 1e5, kLongChoice = 1e4;
  double readings = 0, seconds = 0;
  for (const RequestTrace& trace : traces.requests) {
    readings += static_cast<double>(trace.t_s.size());
    seconds += trace.duration_s;
  }
  const std::string hint =
      fmt::format("--interval {:.2g} averages them to some {:.0f}", seconds / kEnough, kEnough);
  if (readings > kMost) {
    throw InputError(fmt::format("{:.0f} readings are more than can be fitted, {:.0f}; {}",
                                 readings, kMost, hint));
  }
  if (readings > (choose ? kLongChoice : kLong)) {
    PrintErrorLine(fmt::format("warning: {:.0f} readings take long{}; {}", readings,
                               choose ? " to choose a model for (--model names one)" : "", hint));
  }
}

// What a profile or an ensemble cannot be made of.
void CheckTraces(const TraceSet& traces, const FitArguments& args) {
  if (traces.rails.size() > kMaxRails) {
    throw InputError(
        fmt::format("{}: {} rails; a profile holds at most {}; {}", InputFiles(args.traces).front(),
                    traces.rails.size(), kMaxRails,
                    args.traces.samples.empty() ? "choose with --rails a,b" : "leave columns out"));
  }
  std::map<std::string, std::string> spelling;  // by the profile's name
  for (const auto& [action, group] : ByAction(traces)) {
    const auto [at, is_new] = spelling.emplace(ProfileActionName(action), action);
    if (!is_new) {
      throw InputError(fmt::format(
          "{}: actions '{}' and '{}' differ in case only; a profile would name both '{}'",
          InputFiles(args.traces).front(), at->second, action, at->first));
    }
    if (args.members > 0 && !traces.mid_stay && group.size() < 2) {
      throw InputError(fmt::format(
          "--bootstrap: {} has a single request, so that resampling always gives the same one; "
          "record {} or more",
          action, kFewRequests));
    }
  }
}

FitRun RunFit(const FitArguments& args, DeviceFitOptions& options) {
  FitRun run{.input = ReadTraceInput(args.traces)};
  TraceSet& traces = run.input.traces;
  CheckTraces(traces, args);
  run.models = ReadModelWords(args.models, traces.rails);
  run.notices = run.input.notes;
  FillIn(run.input, options, run.notices);
  RefuseMostlyGaps(traces,
                   options.interval_s > 0 ? options.interval_s : MeanSamplingPeriod(traces));
  if (options.interval_s > 0) traces = Resample(traces, options.interval_s);
  std::set<std::string> names;
  for (const RequestTrace& trace : traces.requests) names.insert(trace.request);
  if (args.folds > 0 && traces.mid_stay)
    throw InputError("--folds needs requests; recordings without --group are held out by halves");
  if (static_cast<std::size_t>(args.folds) > names.size()) {
    throw InputError(
        fmt::format("--folds {}: there are {} different requests", args.folds, names.size()));
  }
  CheckLength(traces, std::any_of(run.models.begin(), run.models.end(),
                                  [](const RailModelChoice& m) { return m.automatic; }));
  const double interval_s =
      options.interval_s > 0 ? options.interval_s : MeanSamplingPeriod(traces);

  // Which structure is best shows with a few restarts; what is kept is fitted with all of them.
  SelectionOptions selection{.control = options.control};
  selection.control.restarts = std::min(kSelectionRestarts, options.control.restarts);
  ChooseModels(traces, interval_s, selection, run.models);
  for (const RailModelChoice& model : run.models) options.models.push_back(model.spec);
  run.fit = FitDevice(traces, options);
  run.restarts = options.control.restarts;

  if (args.folds > 0) selection.folds = args.folds;
  run.score_folds = selection.folds;
  run.held_out = ScoreModels(traces, interval_s, options.models, selection, &run.why_not_held_out);
  run.fitted = CheckEnergy(run.fit, traces, kDraws, kSeed);
  if (traces.mid_stay && TooFewToHoldOut(traces).empty()) {
    run.left_out_how = "either half, from the other";
    run.left_out = CrossValidateEnergy(InHalves(traces), options, 2, kDraws, kSeed);
  } else if (args.folds > 0) {
    run.left_out_how = fmt::format("{} folds", args.folds);
    run.left_out = CrossValidateEnergy(traces, options, args.folds, kDraws, kSeed);
  }
  const TraceSet rest = WithoutOutliers(traces, run.fit.profile.outliers);
  if (!run.fit.profile.outliers.empty() && ByAction(rest).size() == run.fit.actions.size())
    run.without_outliers = CheckEnergy(FitDevice(rest, options), rest, kDraws, kSeed);
  run.scope = ScopeOfIntervals(CountSessions(traces), args.session_level_sd_w);
  return run;
}

void Fit(const FitArguments& args) {
  CheckArguments(args);
  const auto threads = static_cast<std::size_t>(
      args.threads > 0
          ? args.threads
          : tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism));
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
  DeviceFitOptions options = args.options;
  const FitRun run = RunFit(args, options);
  std::vector<DeviceProfile> members;
  if (args.members > 0) {
    members = BootstrapProfiles(run.input.traces, run.fit,
                                {.members = args.members,
                                 .session_level_sd_w = args.session_level_sd_w,
                                 .seed = kSeed,
                                 .control = options.control});
  }
  const std::string text = FormatProfile(run.fit.profile);
  ParseProfile(text, args.out);  // what is written can be read

  const std::string tables = FitText(run);
  std::fwrite(tables.data(), 1, tables.size(), stdout);
  WriteTextFile(args.out, text);
  if (!args.report.empty()) WriteTextFile(args.report, FitReportJson(run));
  for (const std::string& doubt : Doubts(run)) PrintErrorLine("warning: " + doubt);
  if (!members.empty()) {
    fmt::print("{} resampled profiles in {}\n", members.size(),
               WriteEnsemble(args.out, members).string());
  }
  if (!args.report.empty()) fmt::print("report in {}\n", args.report);
  fmt::print("profile in {}\n", args.out);
}

}  // namespace

void AddFitCommand(CLI::App& app) {
  auto args = std::make_shared<FitArguments>();
  CLI::App* fit = app.add_subcommand("fit", "Fit a device profile to recorded power traces");
  AddTraceOptions(*fit, args->traces);
  fit->add_option("-o,--out", args->out, "Profile to write (JSON)")
      ->required()
      ->check(NotEmpty("the name of a file"));
  fit->add_option("--report", args->report, "Fit report to write (JSON, docs/fitting.md)")
      ->check(NotEmpty("the name of a file"));
  fit->add_option("--name", args->options.name, "Name of the device; default the trace's name");
  fit->add_option("--description", args->options.description, "One line about the device");
  fit->add_option("--source", args->options.source,
                  "Where the traces come from, for the profile's provenance; default their names");
  fit->add_option("--recorded", args->options.date_recorded,
                  "Date of the recording, YYYY-MM-DD; default by the recording's clock");
  fit->add_option("--date", args->options.date_fitted,
                  "Date of the fit, YYYY-MM-DD; default today");
  fit->add_option("--model", args->models,
                  "Structure of a rail's model, RAIL=WORDS, or WORDS for all rails: auto "
                  "(default; chosen by held-out score), or ramp[=N] or free[=N], gaussian, student "
                  "or mixture, ar, level, classes=N, and a duration family")
      ->expected(1)
      ->take_all();
  fit->add_option("--interval", args->options.interval_s,
                  "Average readings over so many seconds; default as sampled")
      ->check(SecondsAboveZero());
  fit->add_option("--restarts", args->options.control.restarts, "EM runs, the best is kept")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  fit->add_option("--folds", args->folds,
                  "Also report energies of requests left out of the fit, in this many folds")
      ->check(CLI::Range(2, 1000));
  fit->add_option("--bootstrap", args->members,
                  "Also write so many profiles fitted to resampled requests, to OUT.boot/")
      ->check(CLI::Range(2, 10000));
  fit->add_option("--session-level-sd", args->session_level_sd_w,
                  "With --bootstrap: by how much total power differs between sessions, W")
      ->check(WattsFromZero());
  fit->add_option("-j,--threads", args->threads,
                  "Threads; default all. The results do not depend on it")
      ->check(CLI::Range(1, 1024));
  fit->footer(
      "Example: edgesim fit power.csv -o my.json\n"
      "         edgesim fit power.csv --group run --model \"ramp=4 ar level\" --bootstrap 50 -o "
      "my.json");
  fit->callback([args] { Fit(*args); });
}

}  // namespace edgesim
