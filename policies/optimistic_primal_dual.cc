#include "policies/optimistic_primal_dual.h"

#include <algorithm>
#include <cmath>

#include "policies/policy_state.h"
#include "policies/priced_model.h"

namespace edgesim {

namespace {

constexpr double kLeastPrice = 1e-3;  // rewards per unit of cost
// Of the logarithm of the prices.
constexpr double kFirstStep = 0.02;
constexpr double kFarthest = 10;
constexpr int kHalvings = 25;

std::vector<double> Scaled(std::vector<double> lambda, double factor) {
  for (double& price : lambda) price *= factor;
  return lambda;
}

// The largest weight of `other` in a mixture with `within` that meets the limits.
double WeightOf(const PlanComponent& other, const PlanComponent& within,
                const std::vector<CostConstraint>& constraints) {
  double weight = 1;
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    const double excess = other.costs[i] - constraints[i].limit;
    if (excess > 0)
      weight = std::min(
          weight, (constraints[i].limit - within.costs[i]) / (other.costs[i] - within.costs[i]));
  }
  return weight;
}

bool Meets(const PlanComponent& plan, const std::vector<CostConstraint>& constraints) {
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    if (plan.costs[i] > constraints[i].limit) return false;
  }
  return true;
}

}  // namespace

OptimisticPrimalDual::OptimisticPrimalDual(const OptimisticPrimalDualConfig& config,
                                           const PolicyContext& context)
    : ModelLearner(config.learner, context),
      epsilon_(config.epsilon),
      duals_(context.constraints.size(), OptimisticDual(config.dual)) {}

std::vector<double> OptimisticPrimalDual::Multipliers() const {
  std::vector<double> lambda;
  for (const OptimisticDual& dual : duals_) lambda.push_back(dual.lambda());
  return lambda;
}

double OptimisticPrimalDual::Epsilon(std::uint32_t episode) const {
  return FallingShare(epsilon_, episode);
}

PlanMixture OptimisticPrimalDual::PlanForTraining(WordStream&) {
  const DecisionModel estimate = model().Estimate();
  PlanComponent plan = PricedModel(estimate).Best(Multipliers());
  for (std::size_t i = 0; i < duals_.size(); ++i)
    duals_[i].Update(plan.costs[i], estimate.constraints[i].limit);
  return {std::move(plan)};
}

// All prices are scaled together, from the last ones on, until one side meets the limits and the
// other does not; then the sides are brought together.
PlanMixture OptimisticPrimalDual::PlanFrozen(const DecisionModel& cautious) const {
  const PricedModel priced(cautious);
  const auto& constraints = cautious.constraints;
  std::vector<double> lambda = Multipliers();
  for (double& price : lambda) price = std::max(price, kLeastPrice);
  const auto at = [&](double log_scale) {
    return priced.Best(Scaled(lambda, std::exp(log_scale)));
  };

  PlanComponent near = at(0);
  const bool met = Meets(near, constraints);
  double near_scale = 0, far_scale = met ? -kFirstStep : kFirstStep;
  PlanComponent far = at(far_scale);
  while (Meets(far, constraints) == met) {
    if (std::abs(far_scale) > kFarthest) return {std::move(far)};
    near_scale = far_scale;
    far_scale *= 2;
    far = at(far_scale);
  }
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (near_scale + far_scale) / 2;
    PlanComponent plan = at(middle);
    const bool is_near = Meets(plan, constraints) == met;
    (is_near ? near_scale : far_scale) = middle;
    (is_near ? near : far) = std::move(plan);
  }
  PlanComponent &within = met ? near : far, &beyond = met ? far : near;
  beyond.weight = WeightOf(beyond, within, constraints);
  within.weight = 1 - beyond.weight;
  return {std::move(within), std::move(beyond)};
}

std::unique_ptr<Policy> OptimisticPrimalDualConfig::Make(const PolicyContext& context) const {
  return std::make_unique<OptimisticPrimalDual>(*this, context);
}

PolicyState OptimisticPrimalDual::Save() const {
  PolicyState state = ModelLearner::Save();
  auto& duals = state["duals"];
  for (const OptimisticDual& dual : duals_) dual.SaveTo(duals);
  return state;
}

void OptimisticPrimalDual::Load(const PolicyState& state) {
  const auto& duals = StatePart(state, "duals", duals_.size() * OptimisticDual::kSaved);
  ModelLearner::Load(state);
  for (std::size_t i = 0; i < duals_.size(); ++i)
    duals_[i].LoadFrom(&duals[i * OptimisticDual::kSaved]);
}

}  // namespace edgesim
