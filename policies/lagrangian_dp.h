// Backward induction on a decision model where costs are priced: the policy that maximises
// E[reward] - sum_i lambda_i E[cost_i], with its exact reward and costs.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/action.h"
#include "sim/decision_model.h"
#include "sim/observation.h"

namespace edgesim {

// One action for each (requests left, class, energy left on the model's grid, rounded down).
struct ActionTable3 {
  std::uint32_t requests = 0;
  std::size_t classes = 0, levels = 0;
  std::vector<std::uint8_t> actions;  // [requests left - 1][class][energy 0 .. levels - 1]

  ActionId At(const Observation& seen) const {
    const double share = seen.energy_left / seen.energy_budget * static_cast<double>(levels - 1);
    const auto level = std::min(levels - 1, static_cast<std::size_t>(std::max(0.0, share + 1e-9)));
    const std::uint32_t left = std::min(seen.requests_left.value_or(requests), requests);
    return actions[((left - 1) * classes + seen.class_id) * levels + level];
  }
};

struct PricedPolicy {
  ActionTable3 table;
  double reward = 0;
  std::vector<double> costs;  // as model.constraints
};

PricedPolicy MaximisePriced(const DecisionModel& model, const std::vector<double>& lambda);

}  // namespace edgesim
