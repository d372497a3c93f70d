// A decision model whose costs have prices: the policy that maximises E[reward] - lambda . E[costs]
// by backward induction, with its exact reward and costs.
#pragma once

#include <vector>

#include "policies/backward_induction.h"
#include "policies/cmdp_solver.h"

namespace edgesim {

class PricedModel {
 public:
  explicit PricedModel(const DecisionModel& model);

  // One price for each of the model's constraints.
  PlanComponent Best(const std::vector<double>& lambda) const;
  std::vector<double> CostsOf(const ActionGrid& actions) const;

 private:
  EpisodeDynamics dynamics_;
  EpisodePayoff reward_;
  std::vector<EpisodePayoff> costs_;
};

}  // namespace edgesim
