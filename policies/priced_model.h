// A decision model whose costs have prices: the policy that maximises E[reward] - lambda . E[costs]
// by backward induction, with its exact reward and costs.
#pragma once

#include <vector>

#include "policies/backward_induction.h"

namespace edgesim {

// A deterministic policy with what it expects.
struct PlanComponent {
  double weight = 0;  // of its episodes in a mixture
  double reward = 0;
  std::vector<double> costs;  // by constraint
  ActionGrid actions;
};

class PricedModel {
 public:
  explicit PricedModel(const DecisionModel& model);

  // One price for each of the model's constraints; rewards count `reward_weight` times. Weight 1.
  PlanComponent Best(const std::vector<double>& lambda, double reward_weight = 1) const;
  std::vector<double> CostsOf(const ActionGrid& actions) const;

  const EpisodeDynamics& dynamics() const { return dynamics_; }

 private:
  EpisodeDynamics dynamics_;
  EpisodePayoff reward_;
  std::vector<EpisodePayoff> costs_;
};

}  // namespace edgesim
