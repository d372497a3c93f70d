#include "experiments/cli/fit_run.h"

#include <fmt/format.h>

#include <cmath>

#include "sim/input_error.h"

namespace edgesim {

std::vector<std::string> Gaps(const TraceSet& traces, double interval_s) {
  constexpr double kIntervals = 5;
  std::size_t gaps = 0;
  double longest_s = 0;
  for (const RequestTrace& trace : traces.requests) {
    const double gap_s = LongestGap(trace);
    gaps += gap_s > kIntervals * interval_s;
    longest_s = std::max(longest_s, gap_s);
  }
  if (gaps == 0) return {};
  return {fmt::format("{} request{} over five sampling periods without a reading, up to {:.3g} s",
                      gaps, gaps == 1 ? " has" : "s have", longest_s)};
}

void RefuseMostlyGaps(const TraceSet& traces, double interval_s) {
  constexpr double kMost = 1e6;  // sampling periods; models need some hundred bytes for each
  double periods = 0, readings = 0, gap_s = 0;
  for (const RequestTrace& trace : traces.requests) {
    periods += trace.duration_s / interval_s;
    readings += static_cast<double>(trace.t_s.size());
    gap_s = std::max(gap_s, LongestGap(trace));
  }
  if (periods <= kMost || 2 * readings > periods) return;
  throw InputError(
      fmt::format("{:.3g} sampling periods, but {:.0f} readings; allowed are {:.0e} periods; cut "
                  "the recording at its longest gap, {:.3g} s, and give the parts as files",
                  periods, readings, kMost, gap_s));
}

std::vector<std::string> Doubts(const FitRun& run) {
  const TraceSet& traces = run.input.traces;
  std::vector<std::string> doubts = Gaps(traces, run.fit.profile.emission_interval_s);
  for (const NamedActionFit& action : run.fit.actions) {
    if (action.requests < kFewRequests && !traces.mid_stay) {
      const bool one = action.requests == 1;
      doubts.push_back(fmt::format("{}: {} recorded request{} few; {} or more are better",
                                   action.action, action.requests, one ? " is" : "s are",
                                   kFewRequests));
    }
    for (std::size_t r = 0; r < traces.rails.size(); ++r) {
      for (const HsmmFit& rail : action.fit.rails[r].classes) {
        if (rail.converged) continue;
        doubts.push_back(fmt::format("{}, {}: still improving after {} iterations", action.action,
                                     traces.rails[r], rail.iterations));
      }
    }
  }
  for (const EnergyCheck& check : run.fitted) {
    constexpr double kLargeBias = 0.02;
    if (!(std::abs(check.Bias()) <= kLargeBias)) {
      doubts.push_back(
          fmt::format("{}: simulated energy is {:+.1f} % off", check.action, 100 * check.Bias()));
    }
  }
  return doubts;
}

}  // namespace edgesim
