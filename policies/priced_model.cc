#include "policies/priced_model.h"

namespace edgesim {

PricedModel::PricedModel(const DecisionModel& model)
    : dynamics_(DynamicsOf(model)), reward_(RewardOf(model)) {
  for (const CostConstraint& constraint : model.constraints)
    costs_.push_back(PayoffOf(model, constraint.kind));
}

PlanComponent PricedModel::Best(const std::vector<double>& lambda) const {
  EpisodePayoff priced = reward_;
  for (std::size_t i = 0; i < costs_.size(); ++i) {
    priced.of_cut_switch -= lambda[i] * costs_[i].of_cut_switch;
    priced.per_step -= lambda[i] * costs_[i].per_step;
    for (std::size_t c = 0; c < priced.of_request.size(); ++c) {
      for (std::size_t a = 0; a < priced.of_request[c].size(); ++a) {
        std::vector<double>& to = priced.of_request[c][a];
        for (std::size_t e = 0; e < to.size(); ++e)
          to[e] -= lambda[i] * costs_[i].of_request[c][a][e];
      }
    }
  }
  PlanComponent plan{.weight = 1, .actions = BestActions(dynamics_, priced)};
  plan.reward = Evaluate(dynamics_, reward_, plan.actions);
  plan.costs = CostsOf(plan.actions);
  return plan;
}

std::vector<double> PricedModel::CostsOf(const ActionGrid& actions) const {
  std::vector<double> costs;
  for (const EpisodePayoff& cost : costs_) costs.push_back(Evaluate(dynamics_, cost, actions));
  return costs;
}

}  // namespace edgesim
