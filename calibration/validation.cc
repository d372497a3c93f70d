#include "calibration/validation.h"

#include <algorithm>
#include <map>
#include <set>

#include "calibration/in_parallel.h"
#include "calibration/trace_sampler.h"
#include "devices/edge_device.h"
#include "sim/input_error.h"

namespace edgesim {

std::vector<EnergyCheck> CheckEnergy(const DeviceProfile& profile, const TraceSet& traces,
                                     int draws, std::uint64_t seed) {
  std::vector<std::size_t> all(profile.actions.size());
  std::vector<EnergyCheck> checks(profile.actions.size());
  for (std::size_t a = 0; a < all.size(); ++a) {
    all[a] = a;
    checks[a].action = profile.actions[a].spec.name;
  }
  const EdgeDevice device(profile, all, false);
  std::vector<ActionId> action;
  for (const RequestTrace& trace : traces.requests) {
    const auto at = std::find_if(checks.begin(), checks.end(), [&](const EnergyCheck& check) {
      return check.action == ProfileActionName(trace.action);
    });
    if (at == checks.end()) throw InputError("the profile has no action for " + trace.action);
    for (std::size_t r = 0; r < traces.rails.size(); ++r)
      at->measured_j += MeasuredEnergy(trace, r);
    ++at->requests;
    action.push_back(static_cast<ActionId>(at - checks.begin()));
  }
  std::vector<double> simulated(traces.requests.size(), 0.0);
  InParallel(simulated.size(), [&](std::size_t i) {
    const Answer answer{
        .prompt_tokens = 0,
        .output_tokens = static_cast<std::uint32_t>(traces.requests[i].output_tokens),
        .score = 0};
    Execution execution;
    for (int draw = 0; draw < draws; ++draw) {
      const Noise noise{.seed = seed,
                        .replica = static_cast<std::uint32_t>(i),
                        .episode = static_cast<std::uint32_t>(draw),
                        .entity = 0,
                        .phase = Phase::kBootstrap};
      device.Execute(Request{}, action[i], answer, noise, execution);
      for (const PowerSegment& s : execution.segments)
        simulated[i] += (s.Sum(~0U) * s.length).value();
    }
  });
  for (std::size_t i = 0; i < simulated.size(); ++i)
    checks[static_cast<std::size_t>(action[i])].simulated_j += simulated[i] / draws;
  for (EnergyCheck& check : checks) {
    if (check.requests == 0) continue;
    check.measured_j /= static_cast<double>(check.requests);
    check.simulated_j /= static_cast<double>(check.requests);
  }
  return checks;
}

std::vector<EnergyCheck> CheckEnergy(const DeviceFit& fit, const TraceSet& traces, int draws,
                                     std::uint64_t seed) {
  const bool has_latency =
      std::all_of(fit.profile.actions.begin(), fit.profile.actions.end(),
                  [](const ActionProfile& action) { return action.latency.has_value(); });
  return has_latency ? CheckEnergy(fit.profile, traces, draws, seed)
                     : CheckEnergyGivenDuration(fit, traces, draws, seed);
}

std::vector<EnergyCheck> CrossValidateEnergy(const TraceSet& traces,
                                             const DeviceFitOptions& options, int folds, int draws,
                                             std::uint64_t seed) {
  std::map<std::string, int> fold_of;  // by request name
  for (const RequestTrace& trace : traces.requests) fold_of.emplace(trace.request, 0);
  if (folds < 2 || static_cast<std::size_t>(folds) > fold_of.size()) {
    throw InputError("folds must be at least 2 and at most the number of requests");
  }
  int next = 0;
  for (auto& [request, fold] : fold_of) fold = next++ % folds;

  std::vector<EnergyCheck> total;
  for (int fold = 0; fold < folds; ++fold) {
    TraceSet kept = traces;
    kept.requests.clear();
    TraceSet left_out = kept;
    for (const RequestTrace& trace : traces.requests) {
      (fold_of[trace.request] == fold ? left_out : kept).requests.push_back(trace);
    }
    for (const RequestTrace& trace : left_out.requests) {
      const bool known =
          std::any_of(kept.requests.begin(), kept.requests.end(),
                      [&](const RequestTrace& k) { return k.action == trace.action; });
      if (!known)
        throw InputError(trace.action +
                         ": too few requests for this many folds, one fold holds them all");
    }
    const std::vector<EnergyCheck> checks = CheckEnergy(FitDevice(kept, options), left_out, draws,
                                                        seed + static_cast<std::uint64_t>(fold));
    for (const EnergyCheck& check : checks) {
      if (check.requests == 0) continue;
      auto at = std::find_if(total.begin(), total.end(),
                             [&](const EnergyCheck& t) { return t.action == check.action; });
      if (at == total.end()) at = total.insert(total.end(), EnergyCheck{.action = check.action});
      const auto n = static_cast<double>(check.requests);
      at->requests += check.requests;
      at->measured_j += n * check.measured_j;
      at->simulated_j += n * check.simulated_j;
    }
  }
  for (EnergyCheck& check : total) {
    check.measured_j /= static_cast<double>(check.requests);
    check.simulated_j /= static_cast<double>(check.requests);
  }
  return total;
}

TraceSet InHalves(const TraceSet& traces) {
  TraceSet halves = traces;
  halves.requests.clear();
  for (const RequestTrace& whole : traces.requests) {
    const double middle_s = whole.duration_s / 2;
    for (const bool second : {false, true}) {
      RequestTrace half = whole;
      half.request += second ? " (second half)" : " (first half)";
      half.duration_s = second ? whole.duration_s - middle_s : middle_s;
      half.t_s.clear();
      for (auto& rail : half.rail_w) rail.clear();
      for (std::size_t i = 0; i < whole.t_s.size(); ++i) {
        if ((whole.t_s[i] >= middle_s) != second) continue;
        half.t_s.push_back(whole.t_s[i] - (second ? middle_s : 0));
        for (std::size_t r = 0; r < half.rail_w.size(); ++r)
          half.rail_w[r].push_back(whole.rail_w[r][i]);
      }
      halves.requests.push_back(std::move(half));
    }
  }
  return halves;
}

TraceSet WithoutOutliers(const TraceSet& traces, const std::vector<Outlier>& outliers) {
  std::set<std::pair<std::string, std::string>> named;
  for (const Outlier& o : outliers) named.emplace(o.action, o.request);
  TraceSet kept = traces;
  kept.requests.clear();
  for (const RequestTrace& trace : traces.requests) {
    if (!named.contains({ProfileActionName(trace.action), trace.request}))
      kept.requests.push_back(trace);
  }
  return kept;
}

}  // namespace edgesim
