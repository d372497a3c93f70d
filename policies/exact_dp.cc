#include "policies/exact_dp.h"

#include <algorithm>
#include <cmath>

namespace edgesim {

ExactPlan::ExactPlan(const DecisionModel& model)
    : step_j_(model.energy_step.value()),
      dynamics_(DynamicsOf(model)),
      actions_(model.actions()),
      values_(dynamics_.requests * dynamics_.models() * dynamics_.classes() * dynamics_.points() *
              actions_) {
  value_ = Induct(dynamics_, RewardOf(model), [&](const InductionStage& stage) {
    double* row =
        &values_[GridIndex(dynamics_, stage.requests_left, stage.resident, stage.class_id, 0) *
                 actions_];
    for (std::size_t a = 0; a < actions_; ++a) {
      for (std::size_t e = 0; e < dynamics_.points(); ++e)
        row[e * actions_ + a] = stage.value[a][e];
    }
  });
}

double ExactPlan::ActionValue(Joules left, std::uint32_t requests_left, std::uint32_t class_id,
                              ActionId action, std::uint32_t resident) const {
  const double* row =
      &values_[GridIndex(dynamics_, requests_left, resident, class_id, 0) * actions_ + action];
  if (dynamics_.grid == 0) return row[0];
  const double at = std::clamp(left.value() / step_j_, 0.0, static_cast<double>(dynamics_.grid));
  const auto below = std::min(static_cast<std::size_t>(at), dynamics_.grid - 1);
  const double share = at - static_cast<double>(below);
  return (1 - share) * row[below * actions_] + share * row[(below + 1) * actions_];
}

ActionId ExactPlan::Best(Joules left, std::uint32_t requests_left, std::uint32_t class_id,
                         std::uint32_t resident) const {
  ActionId best = 0;
  double best_value = -INFINITY;
  for (ActionId a = 0; a < actions_; ++a) {
    const double value = ActionValue(left, requests_left, class_id, a, resident);
    if (value > best_value) {
      best = a;
      best_value = value;
    }
  }
  return best;
}

double UpperBound(const DecisionModel& model) {
  // Lower energies mean fewer brown-outs; where one pays, it is granted instead: there is one at
  // most.
  const double paid = std::max(0.0, model.brown_out_reward);
  return paid + Induct(LowDynamicsOf(model), HighRewardOf(model, model.brown_out_reward - paid));
}

double HindsightReward(const std::vector<std::vector<double>>& energy_j,
                       const std::vector<std::vector<double>>& reward, Joules budget,
                       std::size_t grid) {
  const double step = budget.value() / static_cast<double>(grid);
  std::vector<double> best(grid + 1, 0.0), next;
  for (std::size_t i = 0; i < energy_j.size(); ++i) {
    next = best;  // skip the request
    for (std::size_t a = 0; a < energy_j[i].size(); ++a) {
      const auto cost = static_cast<std::size_t>(energy_j[i][a] / step);
      for (std::size_t e = cost; e <= grid; ++e)
        next[e] = std::max(next[e], best[e - cost] + reward[i][a]);
    }
    std::swap(best, next);
  }
  return best[grid];
}

std::unique_ptr<Policy> ExactDpConfig::Make(const PolicyContext& context) const {
  return std::make_unique<ExactDp>(category ? context.plan : context.class_blind_plan);
}

}  // namespace edgesim
