#include "policies/priced_model.h"

namespace edgesim {

namespace {

// sum = own * sum + weight * with.
void Combine(EpisodePayoff& sum, const EpisodePayoff& with, double own, double weight) {
  sum.of_cut_switch = own * sum.of_cut_switch + weight * with.of_cut_switch;
  sum.per_step = own * sum.per_step + weight * with.per_step;
  for (std::size_t c = 0; c < sum.of_request.size(); ++c) {
    for (std::size_t a = 0; a < sum.of_request[c].size(); ++a) {
      std::vector<double>& to = sum.of_request[c][a];
      const std::vector<double>& from = with.of_request[c][a];
      for (std::size_t e = 0; e < to.size(); ++e) to[e] = own * to[e] + weight * from[e];
    }
  }
}

}  // namespace

PricedModel::PricedModel(const DecisionModel& model)
    : dynamics_(DynamicsOf(model)), reward_(RewardOf(model)) {
  for (const CostConstraint& constraint : model.constraints)
    costs_.push_back(PayoffOf(model, constraint.kind));
}

PlanComponent PricedModel::Best(const std::vector<double>& lambda, double reward_weight) const {
  EpisodePayoff priced = reward_;
  Combine(priced, priced, reward_weight, 0);
  for (std::size_t i = 0; i < costs_.size(); ++i) {
    if (lambda[i] != 0) Combine(priced, costs_[i], 1, -lambda[i]);
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
