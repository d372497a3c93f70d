// A device whose actions follow stated laws of energy, power and time.
#pragma once

#include <optional>
#include <vector>

#include "sim/action_law.h"
#include "sim/decision_model.h"
#include "sim/device.h"

namespace edgesim {

// A lognormal law of this mean and coefficient of variation on whole steps: P(0) = F(0.5),
// P(k) = F(k + 0.5) - F(k - 0.5), the tail beyond K = ceil(mean e^(3s)) + 2 in the last cell.
// mean > 0 in steps, variation > 0.
std::vector<double> DiscreteLognormal(double mean, double variation);

class SyntheticDevice final : public Device {
 public:
  // With `step` energies are whole multiples of it, less one part in 10^9: a request that takes
  // exactly what is left completes, and the next one is cut. Without it they are lognormal.
  SyntheticDevice(std::vector<ActionLaw> laws, std::optional<Joules> step);

  const DeviceInfo& Info() const override { return info_; }
  void Execute(const Request& request, ActionId action, const Answer& answer, const Noise& world,
               Execution& out) const override;

  // No request of this action takes longer.
  double LongestSeconds(ActionId action) const;

  // P(energy = k steps) as Execute draws it; the device was made with a step.
  std::vector<double> EnergyPmf(std::uint32_t class_id, ActionId action) const;

  const std::vector<ActionLaw>& laws() const { return laws_; }

 private:
  double DrawEnergyJ(std::uint32_t class_id, ActionId action, const Noise& world) const;

  std::vector<ActionLaw> laws_;
  std::optional<Joules> step_;
  std::vector<std::vector<std::vector<double>>> cdf_;  // [action][class][k], with a step
  DeviceInfo info_;
};

}  // namespace edgesim
