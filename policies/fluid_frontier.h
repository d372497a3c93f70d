// What requests earn when only their mean energies count: the fractional multiple-choice knapsack
// of one request (Sinha and Zoltners, Operations Research 27, 1979). Its solution starts from each
// class's cheapest action and takes steps along the concave hulls of (mean energy, mean score), the
// steepest first, until the mean energy is used up.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/decision_model.h"

namespace edgesim {

// A step of one class from one vertex of its hull to the next.
struct HullStep {
  std::uint32_t class_id = 0;
  ActionId from = 0, to = 0;
  double energy_j = 0;  // more, weighted by the class's probability
  double reward = 0;    // likewise; scores count as rewards, 0 .. 1
  double Slope() const { return reward / energy_j; }
};

// What to do with a request of one class: `upper` with probability `share`, else `lower`.
struct HullMix {
  ActionId lower = 0, upper = 0;
  double share = 0;
};

class FluidFrontier {
 public:
  explicit FluidFrontier(const DecisionModel& model);

  // E[reward] of a request when requests may take so much in the mean.
  double Reward(double mean_energy_j) const;
  // The actions that attain it; at most one class mixes.
  HullMix Mix(std::uint32_t class_id, double mean_energy_j) const;
  // Reward per joule: the least price at which argmax reward - price * energy keeps to the mean,
  // the cheaper of equal actions taken. Where even the cheapest actions do not keep to it, the
  // price from which they are taken.
  double Price(double mean_energy_j) const;

 private:
  std::vector<ActionId> cheapest_;  // [class]
  double least_energy_j_ = 0, least_reward_ = 0;
  std::vector<HullStep> steps_;  // the steepest first
};

}  // namespace edgesim
