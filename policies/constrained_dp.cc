#include "policies/constrained_dp.h"

#include "sim/input_error.h"

namespace edgesim {

ActionId ConstrainedDp::Act(const Observation& seen, const Noise& noise) {
  WordStream words = noise.Of(0).Words(Stream::kMixture);  // the same for the whole episode
  double at = Uniform01(words);
  std::size_t component = 0;
  while (component + 1 < plan_->components.size() && at >= plan_->components[component].weight)
    at -= plan_->components[component++].weight;
  const ActionId action =
      plan_->Best(component, seen.energy_left, *seen.requests_left, seen.class_id, resident_.Now());
  resident_.Took(seen.class_id, action);
  return action;
}

std::unique_ptr<Policy> ConstrainedDpConfig::Make(const PolicyContext& context) const {
  if (context.constraints.empty())
    throw InputError("policy constrained-dp needs constraints; without any use exact-dp");
  DecisionModel model = *context.model;
  model.constraints = context.constraints;
  auto plan = std::make_shared<ConstrainedPlan>(SolveConstrained(model));
  if (!plan->feasible) throw InputError("policy constrained-dp: " + plan->infeasible_because);
  return std::make_unique<ConstrainedDp>(std::move(plan));
}

}  // namespace edgesim
