#include "experiments/request_sampler.h"

namespace edgesim {

RequestSampler::RequestSampler(const BuiltExperiment& built)
    : built_(built), limits_(built.world.limits) {
  limits_.budget.ends_episode = false;
  if (limits_.cap) limits_.cap->mode = CapMode::kObserve;
}

Answer RequestSampler::Execute(const Request& request, ActionId action, const Noise& noise) {
  const Answer answer = built_.world.answers->Draw(request, action, noise);
  built_.world.device->Execute(request, action, answer, noise, execution_);
  return answer;
}

SampledRequest RequestSampler::Sample(const Request& request, ActionId action, const Noise& noise) {
  if (action == built_.world.reject || action == built_.world.defer) return {};
  EnergyMeter meter(limits_, built_.world.device->Info());
  if (limits_.cap && limits_.cap->window > built_.world.device->Info().emission_interval) {
    Duration filled{0};
    for (std::uint32_t before = 1; filled < limits_.cap->window; ++before) {
      const Noise other = noise.Of(noise.entity + before);
      Execute(built_.workload->Next(before, SimTime{}, other), action, other);
      filled += meter.Run(execution_.segments, Duration::max()).length;
    }
  }
  const Answer answer = Execute(request, action, noise);
  return {.run = meter.Run(execution_.segments, Duration::max()), .score = answer.score};
}

}  // namespace edgesim
