#include "calibration/trace_sampler.h"

#include <algorithm>
#include <cmath>

#include "sim/input_error.h"

namespace edgesim {

double SyntheticTrace::EnergyJ(std::size_t rail) const {
  const std::vector<double>& watts = rail_w[rail];
  double sum = 0;
  for (const double w : watts) sum += w;
  const double beyond_s = static_cast<double>(watts.size()) * interval_s - duration_s;
  return sum * interval_s - watts.back() * beyond_s;
}

double SyntheticTrace::EnergyJ() const {
  double sum = 0;
  for (std::size_t r = 0; r < rail_w.size(); ++r) sum += EnergyJ(r);
  return sum;
}

TraceSampler::TraceSampler(const DeviceProfile& profile, std::size_t action,
                           std::vector<double> class_weights)
    : interval_s_(profile.emission_interval_s), action_(profile.actions[action]) {
  if (class_weights.empty()) {
    class_weights.assign(action_.classes, action_.latency ? 0 : 1);
    if (action_.latency) {
      for (const std::size_t k : action_.latency->request_class) ++class_weights[k];
    }
  }
  class_ = InverseCdfTable(class_weights);
  if (action_.latency) answer_ = InverseCdfTable(action_.latency->output_tokens);
  for (const RailPowerModel& rail : action_.rails) {
    std::vector<HsmmSampler>& samplers = samplers_.emplace_back();
    for (const PowerClass& kind : rail.classes) samplers.emplace_back(kind.hsmm);
  }
}

SyntheticTrace TraceSampler::Draw(double duration_s, const Noise& noise) const {
  WordStream words = noise.Words(Stream::kLatency);
  return DrawOfClass(class_.Draw(words()), duration_s, noise);
}

SyntheticTrace TraceSampler::DrawAnswer(double output_tokens, const Noise& noise) const {
  if (!action_.latency)
    throw InputError("action '" + action_.spec.name +
                     "' has no latency, for its traces came without tokens; give a duration");
  WordStream words = noise.Words(Stream::kLatency);
  const std::uint32_t measured = answer_.Draw(words());
  return DrawOfClass(action_.latency->request_class[measured],
                     output_tokens * action_.latency->seconds_per_output_token[measured], noise);
}

SyntheticTrace TraceSampler::DrawOfClass(std::size_t request_class, double duration_s,
                                         const Noise& noise) const {
  // A duration that is a whole number of intervals up to rounding has no further one.
  constexpr double kRounding = 1e-6;
  const double cells = std::max(1.0, std::ceil(duration_s / interval_s_ - kRounding));
  WordStream level_words = noise.Words(Stream::kLevel);
  const double shared = StandardNormal(level_words);
  SyntheticTrace trace{.request_class = request_class,
                       .interval_s = interval_s_,
                       .duration_s = duration_s,
                       .rail_w = {}};
  for (std::size_t r = 0; r < samplers_.size(); ++r) {
    const auto stream = [&](RailStream purpose) {
      return noise.Words(StreamOfRail(static_cast<int>(r), purpose));
    };
    const std::size_t k = samplers_[r].size() == 1 ? 0 : request_class;
    const LevelLaw& level = action_.rails[r].classes[k].level;
    WordStream own_words = stream(RailStream::kLevel);
    const double level_w = level.shared_w * shared + level.own_w * StandardNormal(own_words);
    std::vector<double>& watts = trace.rail_w.emplace_back(static_cast<std::size_t>(cells));
    samplers_[r][k].Sample(level_w, stream(RailStream::kDwell), stream(RailStream::kEmission),
                           watts);
  }
  return trace;
}

std::vector<EnergyCheck> CheckEnergyGivenDuration(const DeviceFit& fit, const TraceSet& traces,
                                                  int draws, std::uint64_t seed) {
  std::vector<EnergyCheck> checks;
  std::vector<TraceSampler> samplers;
  for (std::size_t a = 0; a < fit.actions.size(); ++a) {
    checks.push_back({.action = fit.actions[a].action});
    std::vector<double> weights(fit.actions[a].fit.classes, 0);
    for (const std::size_t k : fit.actions[a].fit.request_class) ++weights[k];
    samplers.emplace_back(fit.profile, a, weights);
  }
  std::uint32_t index = 0;
  for (const RequestTrace& trace : traces.requests) {
    const auto at = std::find_if(checks.begin(), checks.end(), [&](const EnergyCheck& check) {
      return check.action == ProfileActionName(trace.action);
    });
    if (at == checks.end()) throw InputError("the profile has no action for " + trace.action);
    const TraceSampler& sampler = samplers[static_cast<std::size_t>(at - checks.begin())];
    for (std::size_t r = 0; r < traces.rails.size(); ++r)
      at->measured_j += MeasuredEnergy(trace, r);
    ++at->requests;
    double simulated = 0;
    for (int draw = 0; draw < draws; ++draw) {
      const Noise noise{.seed = seed,
                        .replica = index,
                        .episode = static_cast<std::uint32_t>(draw),
                        .entity = 0,
                        .phase = Phase::kBootstrap};
      simulated += sampler.Draw(trace.duration_s, noise).EnergyJ();
    }
    at->simulated_j += simulated / draws;
    ++index;
  }
  for (EnergyCheck& check : checks) {
    if (check.requests == 0) continue;
    check.measured_j /= static_cast<double>(check.requests);
    check.simulated_j /= static_cast<double>(check.requests);
  }
  return checks;
}

}  // namespace edgesim
