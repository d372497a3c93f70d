#include "experiments/exact_laws.h"

#include <algorithm>
#include <cmath>

#include "devices/synthetic_device.h"
#include "experiments/build_synthetic.h"
#include "sim/answer.h"

namespace edgesim {

namespace {

ActionOutlook ExactOutlook(const BuiltExperiment& built, const SyntheticDevice& device,
                           std::uint32_t class_id, ActionId action, double step_j) {
  const ActionLaw& law = device.laws()[action];
  const auto& cap = built.world.limits.cap;
  const auto& latency = built.world.limits.latency;
  const double burst = law.burst_probability;
  const auto share_of = [&](const auto& happens_at) {  // over the two powers
    return (1 - burst) * happens_at(law.power_w) +
           (burst > 0 ? burst * happens_at(law.burst_w) : 0);
  };

  ActionOutlook outlook;
  outlook.energy_pmf = device.EnergyPmf(class_id, action);
  if (cap) {
    outlook.exceedance = outlook.exceedance_upper95 =
        share_of([&](double power_w) { return power_w > cap->limit.value() ? 1.0 : 0.0; });
  }
  outlook.mean_score =
      law.MeanScore(class_id) + kMaxScore * built.world.exceedance_reward * outlook.exceedance;
  outlook.energy_pmf_low.assign((outlook.energy_pmf.size() - 1) * kBoundSteps + 1, 0.0);
  outlook.score_pmf_low = outlook.energy_pmf_low;
  double second_moment = 0;
  for (std::size_t k = 0; k < outlook.energy_pmf.size(); ++k) {
    const double p = outlook.energy_pmf[k], energy_j = static_cast<double>(k) * step_j;
    outlook.energy_pmf_low[k * kBoundSteps] = p;
    outlook.score_pmf_low[k * kBoundSteps] = p * outlook.mean_score;
    outlook.score_pmf.push_back(p * outlook.mean_score);
    if (cap) outlook.exceeded_pmf.push_back(p * outlook.exceedance);
    if (latency) {
      outlook.late_pmf.push_back(p * share_of([&](double power_w) {
                                   return energy_j / power_w > InSeconds(*latency) ? 1.0 : 0.0;
                                 }));
    }
    outlook.mean_energy_j += p * energy_j;
    second_moment += p * energy_j * energy_j;
  }
  outlook.sd_energy_j =
      std::sqrt(std::max(0.0, second_moment - outlook.mean_energy_j * outlook.mean_energy_j));
  return outlook;
}

}  // namespace

void PutExactLaws(const BuiltExperiment& built, DecisionModel& model) {
  const auto& synthetic = built.config.device.synthetic;
  if (!synthetic || !synthetic->energy_step_j || built.device_scale != DeviceScale{}) return;
  const double step_j = model.energy_step.value();
  constexpr double kRounding = 1e-9;  // of the budget divided by its steps
  if (std::abs(*synthetic->energy_step_j - step_j) > kRounding * step_j) return;
  // A window longer than a request looks back at what was chosen before.
  const auto& cap = built.world.limits.cap;
  if (cap && cap->window > built.world.device->Info().emission_interval) return;
  const auto* device = dynamic_cast<const SyntheticDevice*>(built.devices.front().get());
  for (std::uint32_t c = 0; c < model.classes(); ++c) {
    for (ActionId a = 0; a < device->laws().size(); ++a)
      model.outlook[c][a] = ExactOutlook(built, *device, c, a, step_j);
  }
}

}  // namespace edgesim
