#include "policies/myopic_threshold.h"

#include <algorithm>
#include <cmath>

#include "policies/fluid_frontier.h"
#include "sim/answer.h"

namespace edgesim {

MyopicThreshold::MyopicThreshold(const DecisionModel& model, double price) {
  constexpr double kRounding = 1e-12;  // the price may be the very slope between two actions
  for (const std::vector<ActionOutlook>& row : model.outlook) {
    const auto worth = [&](ActionId a) {
      return row[a].mean_score / kMaxScore - price * row[a].mean_energy_j;
    };
    ActionId best = 0;
    for (ActionId a = 1; a < row.size(); ++a) {
      const double gain = worth(a) - worth(best);
      const bool equal = std::abs(gain) <= kRounding;
      if (equal ? row[a].mean_energy_j < row[best].mean_energy_j : gain > 0) best = a;
    }
    action_of_class_.push_back(best);
  }
}

std::unique_ptr<Policy> MyopicThresholdConfig::Make(const PolicyContext& context) const {
  const DecisionModel& model = *context.model;
  const double budget_j = model.energy_budget.value();
  const double price = price_per_budget ? *price_per_budget / budget_j
                                        : FluidFrontier(model).Price(budget_j / model.requests);
  return std::make_unique<MyopicThreshold>(model, price);
}

}  // namespace edgesim
