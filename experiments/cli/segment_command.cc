#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <stdexcept>

#include "calibration/resample.h"
#include "calibration/segment.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/fit_run.h"
#include "experiments/cli/option_checks.h"
#include "experiments/cli/output_file.h"
#include "experiments/cli/profile_argument.h"
#include "experiments/cli/terminal.h"
#include "experiments/cli/trace_input.h"
#include "experiments/files.h"
#include "experiments/text_table.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

struct SegmentArguments {
  std::string profile, as_action, out;
  TraceArguments traces;
};

// A rail that the traces and the profile have in common.
struct CommonRail {
  std::string name;
  std::size_t in_traces = 0, in_profile = 0;
};

std::vector<CommonRail> CommonRails(const TraceSet& traces, const DeviceProfile& profile,
                                    std::vector<std::string>& notes) {
  std::vector<std::string> names;
  for (const Rail& rail : profile.rails) names.push_back(rail.name);
  std::vector<CommonRail> common;
  std::string strange;
  for (std::size_t r = 0; r < traces.rails.size(); ++r) {
    const auto at = std::find(names.begin(), names.end(), traces.rails[r]);
    if (at != names.end()) {
      common.push_back({*at, r, static_cast<std::size_t>(at - names.begin())});
      continue;
    }
    strange = fmt::format("the profile has no rail '{}', only {}{}", traces.rails[r],
                          fmt::join(names, ", "), DidYouMean(traces.rails[r], names));
    notes.push_back(strange);
  }
  if (common.empty()) throw InputError(strange + "; --rails NAME=COLUMN renames");
  return common;
}

// The traces on the interval of the profile's models.
TraceSet OnInterval(TraceSet traces, double interval_s, std::vector<std::string>& notes) {
  const double period_s = MeanSamplingPeriod(traces);
  constexpr double kSame = 0.02;  // as far as two recordings by one tool differ
  if (std::abs(period_s / interval_s - 1) <= kSame) return traces;
  if (period_s > interval_s) {
    throw InputError(fmt::format(
        "the traces have a reading every {:.4g} s, the profile's models one every {:.4g} s: what "
        "power did in between is not known; fit a profile with an interval of {:.4g} s or more",
        period_s, interval_s, period_s));
  }
  notes.push_back(fmt::format("readings every {:.4g} s are averaged over the profile's {:.4g} s",
                              period_s, interval_s));
  return Resample(traces, interval_s);
}

// By the traces' own names; traces without any may use the profile's only action.
std::size_t ActionOf(const RequestTrace& request, const SegmentArguments& args,
                     const DeviceProfile& profile) {
  if (!args.as_action.empty()) return FindAction(profile, args.as_action, "--as");
  const bool named = !args.traces.action_column.empty() || !args.traces.requests.empty();
  if (named) return FindAction(profile, request.action, "the traces' action");
  for (std::size_t a = 0; a < profile.actions.size(); ++a) {
    if (profile.actions[a].spec.name == request.action) return a;
  }
  return FindAction(profile, "", "--as");
}

// As csv asks for it.
std::string Quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

class Segmenter {
 public:
  Segmenter(const DeviceProfile& profile, std::vector<CommonRail> rails)
      : profile_(profile), rails_(std::move(rails)) {}

  void Add(const RequestTrace& request, std::size_t action) {
    const ActionProfile& chosen = profile_.actions[action];
    std::vector<const RailPowerModel*> models;
    std::vector<std::vector<double>> watts;
    for (const CommonRail& rail : rails_) {
      models.push_back(&chosen.rails[rail.in_profile]);
      watts.push_back(OnGrid(request, rail.in_traces, profile_.emission_interval_s));
    }
    const RequestPath path = Decode(request, models, watts);
    for (std::size_t r = 0; r < rails_.size(); ++r) {
      const Hsmm& hsmm = OfClass(*models[r], path.request_class).hsmm;
      totals_.try_emplace({action, r}, profile_.emission_interval_s)
          .first->second.Add(hsmm, path.rails[r].state, watts[r]);
      Write(request, chosen.spec.name, rails_[r].name, watts[r], path, r, hsmm);
    }
  }

  const std::string& Csv() const { return csv_; }

  void Print() const {
    for (const auto& [key, totals] : totals_) {
      std::vector<std::vector<std::string>> rows = {
          {fmt::format("{}, {}", profile_.actions[key.first].spec.name, rails_[key.second].name),
           "visits", "mean stay s", "mean W", "time %"}};
      for (const StateSummary& state : totals.Summaries()) {
        const bool seen = state.visits > 0;
        rows.push_back({state.state, std::to_string(state.visits),
                        seen ? fmt::format("{:.2f}", state.mean_stay_s) : "-",
                        seen ? fmt::format("{:.2f}", state.mean_w) : "-",
                        fmt::format("{:.1f}", 100 * state.share)});
      }
      fmt::print("{}\n", TextTable(rows));
    }
  }

 private:
  static RequestPath Decode(const RequestTrace& request,
                            const std::vector<const RailPowerModel*>& models,
                            const std::vector<std::vector<double>>& watts) {
    try {
      return SegmentRequest(models, watts, EmOptions{});
    } catch (const std::invalid_argument&) {
      throw InputError(
          fmt::format("request '{}' of {}: no path of the profile's models has {} "
                      "readings like these; --as names another action",
                      request.request, request.action, watts[0].size()));
    }
  }

  // Cells of the grid that are not missing are the readings within the request, in their order.
  void Write(const RequestTrace& request, const std::string& action, const std::string& rail,
             const std::vector<double>& watts, const RequestPath& path, std::size_t r,
             const Hsmm& hsmm) {
    const std::string opens =
        fmt::format("{},{},{},", Quoted(action), Quoted(request.request), Quoted(rail));
    auto at = std::find_if(request.t_s.begin(), request.t_s.end(), [](double t) { return t >= 0; });
    for (std::size_t cell = 0; cell < watts.size(); ++cell) {
      if (std::isnan(watts[cell])) continue;
      const auto state = static_cast<std::size_t>(path.rails[r].state[cell]);
      fmt::format_to(std::back_inserter(csv_), "{}{:.6g},{:.6g},{},{:.4f},{}\n", opens, *at++,
                     watts[cell], Quoted(hsmm.states[state].name), path.rails[r].level_w,
                     path.request_class + 1);
    }
  }

  const DeviceProfile& profile_;
  std::vector<CommonRail> rails_;
  std::map<std::pair<std::size_t, std::size_t>, SegmentTotals> totals_;  // by action, common rail
  std::string csv_ = "action,request,rail,t_s,watts,state,level_w,class\n";
};

// A recording begins anywhere; a model of requests begins with one.
bool BeginsElsewhere(const TraceSet& traces, const DeviceProfile& profile) {
  for (const ActionProfile& action : profile.actions) {
    for (const RailPowerModel& rail : action.rails) {
      for (const PowerClass& kind : rail.classes) {
        if (kind.hsmm.starts_mid_stay != traces.mid_stay) return true;
      }
    }
  }
  return false;
}

void Segment(const SegmentArguments& args) {
  std::vector<std::string> inputs = InputFiles(args.traces);
  inputs.push_back(args.profile);
  CheckOutputFile("--out", args.out, inputs);
  const DeviceProfile profile = ReadProfile(args.profile);
  if (!args.as_action.empty()) FindAction(profile, args.as_action, "--as");
  TraceInput input = ReadTraceInput(args.traces);
  std::vector<std::string>& notes = input.notes;
  const std::vector<CommonRail> rails = CommonRails(input.traces, profile, notes);
  RefuseMostlyGaps(input.traces, profile.emission_interval_s);
  const TraceSet traces = OnInterval(std::move(input.traces), profile.emission_interval_s, notes);
  if (BeginsElsewhere(traces, profile)) {
    notes.push_back(traces.mid_stay
                        ? "the profile is of requests: a recording is taken for one from its "
                          "first reading on; --group tells requests apart"
                        : "the profile is of recordings that begin anywhere, not of requests");
  }
  Segmenter segmenter(profile, rails);
  for (const RequestTrace& request : traces.requests)
    segmenter.Add(request, ActionOf(request, args, profile));
  WriteTextFile(args.out, segmenter.Csv());
  segmenter.Print();
  for (const std::string& gap : Gaps(traces, profile.emission_interval_s))
    PrintErrorLine("warning: " + gap + "; that time is in no stay");
  for (const std::string& note : notes) fmt::print("noticed: {}\n", note);
  fmt::print("{} request{} in {}\n", traces.requests.size(), traces.requests.size() == 1 ? "" : "s",
             args.out);
}

}  // namespace

void AddSegmentCommand(CLI::App& app) {
  auto args = std::make_shared<SegmentArguments>();
  CLI::App* segment = app.add_subcommand(
      "segment", "Name the state of a device profile's models that each recorded reading is from");
  segment->add_option("profile", args->profile, "Profile (JSON), or the name of one that ships")
      ->required()
      ->type_name("PROFILE");
  AddTraceOptions(*segment, args->traces);
  segment
      ->add_option("--as", args->as_action,
                   "Which of the profile's actions the traces are of; default what --action's "
                   "column says, or the profile's only one")
      ->type_name("ACTION");
  segment
      ->add_option("-o,--out", args->out,
                   "States to write: csv, action,request,rail,t_s,watts,state,level_w,class")
      ->required()
      ->check(NotEmpty("the name of a file"));
  segment->callback([args] { Segment(*args); });
}

}  // namespace edgesim
