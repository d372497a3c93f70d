#include "policies/online_knapsack.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace edgesim {

namespace {

// Score per joule; what costs nothing is above any threshold.
double Ratio(const ActionOutlook& outlook) {
  return outlook.mean_energy_j > 0 ? outlook.mean_score / outlook.mean_energy_j : INFINITY;
}

}  // namespace

OnlineKnapsack::OnlineKnapsack(const DecisionModel& model) : model_(model) {
  least_ = INFINITY;
  for (const auto& row : model.outlook) {
    for (const ActionOutlook& outlook : row) {
      const double ratio = Ratio(outlook);
      if (ratio <= 0 || std::isinf(ratio)) continue;  // the formula needs 0 < L <= U
      least_ = std::min(least_, ratio);
      most_ = std::max(most_, ratio);
    }
  }
}

double OnlineKnapsack::Threshold(double used) const {
  if (most_ == 0) return 0;
  return std::pow(most_ * std::numbers::e / least_, std::clamp(used, 0.0, 1.0)) * least_ /
         std::numbers::e;
}

ActionId OnlineKnapsack::Act(const Observation& seen, const Noise&) {
  const std::vector<ActionOutlook>& outlook = model_.outlook[seen.class_id];
  const double threshold = Threshold(1 - seen.energy_left / seen.energy_budget);
  ActionId best = 0, steepest = 0;
  bool any = false;
  for (ActionId a = 0; a < outlook.size(); ++a) {
    if (Ratio(outlook[a]) > Ratio(outlook[steepest])) steepest = a;
    if (Ratio(outlook[a]) < threshold) continue;
    if (!any || outlook[a].mean_score > outlook[best].mean_score) best = a;
    any = true;
  }
  return any ? best : steepest;
}

std::unique_ptr<Policy> OnlineKnapsackConfig::Make(const PolicyContext& context) const {
  return std::make_unique<OnlineKnapsack>(*context.model);
}

}  // namespace edgesim
