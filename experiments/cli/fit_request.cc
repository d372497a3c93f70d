#include "experiments/cli/fit_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "calibration/ensemble.h"
#include "calibration/resample.h"
#include "experiments/cli/today.h"
#include "sim/device.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

constexpr int kDraws = 500;  // simulated requests per recorded one

// The first trace's file name without its ending, as a name may be written.
std::string DefaultName(const std::vector<std::string>& files) {
  std::string name = fs::path(files.front()).stem().string();
  for (char& c : name) {
    if (kNameLetters.find(c) == std::string_view::npos) c = '-';
  }
  return name.empty() ? "device" : name;
}

bool IsDate(const std::string& text) {
  static const std::regex form("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])");
  return std::regex_match(text, form);
}

// What can be refused before anything is read.
void CheckRequest(const FitRequest& request) {
  const DeviceFitOptions& options = request.options;
  if (options.name.find_first_not_of(kNameLetters) != std::string::npos)
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
void CheckLength(const TraceSet& traces, bool choose,
                 const std::function<void(const std::string&)>& warn) {
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
    warn(fmt::format("{:.0f} readings take long{}; {}", readings,
                     choose ? " to choose a model for (--model names one)" : "", hint));
  }
}

// What a profile or an ensemble cannot be made of.
void CheckTraces(const TraceSet& traces, const FitRequest& request) {
  if (traces.rails.size() > kMaxRails) {
    throw InputError(fmt::format(
        "{}: {} rails; a profile holds at most {}; {}", InputFiles(request.traces).front(),
        traces.rails.size(), kMaxRails,
        request.traces.samples.empty() ? "choose with --rails a,b" : "leave columns out"));
  }
  std::map<std::string, std::string> spelling;  // by the profile's name
  for (const auto& [action, group] : ByAction(traces)) {
    const auto [at, is_new] = spelling.emplace(ProfileActionName(action), action);
    if (!is_new) {
      throw InputError(fmt::format(
          "{}: actions '{}' and '{}' differ in case only; a profile would name both '{}'",
          InputFiles(request.traces).front(), at->second, action, at->first));
    }
    if (request.members > 0 && !traces.mid_stay && group.size() < 2) {
      throw InputError(fmt::format(
          "--bootstrap: {} has a single request, so that resampling always gives the same one; "
          "record {} or more",
          action, kFewRequests));
    }
  }
}

}  // namespace

FitRun RunFit(const FitRequest& request, const std::function<void(const std::string&)>& warn) {
  CheckRequest(request);
  DeviceFitOptions options = request.options;
  FitRun run{.input = ReadTraceInput(request.traces)};
  TraceSet& traces = run.input.traces;
  CheckTraces(traces, request);
  run.models = ReadModelWords(request.models, traces.rails);
  run.notices = run.input.notes;
  FillIn(run.input, options, run.notices);
  RefuseMostlyGaps(traces,
                   options.interval_s > 0 ? options.interval_s : MeanSamplingPeriod(traces));
  if (options.interval_s > 0) traces = Resample(traces, options.interval_s);
  std::set<std::string> names;
  for (const RequestTrace& trace : traces.requests) names.insert(trace.request);
  if (request.folds > 0 && traces.mid_stay)
    throw InputError("--folds needs requests; recordings without --group are held out by halves");
  if (static_cast<std::size_t>(request.folds) > names.size()) {
    throw InputError(
        fmt::format("--folds {}: there are {} different requests", request.folds, names.size()));
  }
  CheckLength(traces,
              std::any_of(run.models.begin(), run.models.end(),
                          [](const RailModelChoice& m) { return m.automatic; }),
              warn);
  const double interval_s =
      options.interval_s > 0 ? options.interval_s : MeanSamplingPeriod(traces);

  // Which structure is best shows with a few restarts; what is kept is fitted with all of them.
  SelectionOptions selection{.control = options.control};
  selection.control.restarts = std::min(kSelectionRestarts, options.control.restarts);
  ChooseModels(traces, interval_s, selection, run.models);
  for (const RailModelChoice& model : run.models) options.models.push_back(model.spec);
  run.fit = FitDevice(traces, options);
  run.restarts = options.control.restarts;

  if (request.folds > 0) selection.folds = request.folds;
  run.score_folds = selection.folds;
  run.held_out = ScoreModels(traces, interval_s, options.models, selection, &run.why_not_held_out);
  run.fitted = CheckEnergy(run.fit, traces, kDraws, kFitSeed);
  if (traces.mid_stay && TooFewToHoldOut(traces).empty()) {
    run.left_out_how = "either half, from the other";
    run.left_out = CrossValidateEnergy(InHalves(traces), options, 2, kDraws, kFitSeed);
  } else if (request.folds > 0) {
    run.left_out_how = fmt::format("{} folds", request.folds);
    run.left_out = CrossValidateEnergy(traces, options, request.folds, kDraws, kFitSeed);
  }
  const TraceSet rest = WithoutOutliers(traces, run.fit.profile.outliers);
  if (!run.fit.profile.outliers.empty() && ByAction(rest).size() == run.fit.actions.size())
    run.without_outliers = CheckEnergy(FitDevice(rest, options), rest, kDraws, kFitSeed);
  run.scope = ScopeOfIntervals(CountSessions(traces), request.session_level_sd_w);
  return run;
}

}  // namespace edgesim
