#include "policies/baselines.h"

namespace edgesim {

namespace {

// Best mean score among the actions with energy(outlook) <= limit_j, else the one with least
// energy.
template <class Energy>
ActionId BestWithin(const std::vector<ActionOutlook>& outlook, double limit_j,
                    const Energy& energy) {
  ActionId best = 0, cheapest = 0;
  double best_score = -1;
  for (ActionId a = 0; a < outlook.size(); ++a) {
    if (energy(outlook[a]) < energy(outlook[cheapest])) cheapest = a;
    if (energy(outlook[a]) <= limit_j && outlook[a].mean_score > best_score) {
      best = a;
      best_score = outlook[a].mean_score;
    }
  }
  return best_score < 0 ? cheapest : best;
}

}  // namespace

ActionId GreedyQuality::Act(const Observation& seen, const Noise&) {
  return BestWithin(
      model_.outlook[seen.class_id], seen.energy_left.value(),
      [&](const ActionOutlook& o) { return o.mean_energy_j + margin_sd_ * o.sd_energy_j; });
}

ActionId GreedyEfficiency::Act(const Observation& seen, const Noise&) {
  const std::vector<ActionOutlook>& outlook = model_.outlook[seen.class_id];
  ActionId best = 0;
  for (ActionId a = 1; a < outlook.size(); ++a) {
    if (outlook[a].mean_score * outlook[best].mean_energy_j >
        outlook[best].mean_score * outlook[a].mean_energy_j) {
      best = a;
    }
  }
  return best;
}

ActionId Pacing::Act(const Observation& seen, const Noise&) {
  const double share = seen.energy_left.value() / *seen.requests_left;
  return BestWithin(model_.outlook[seen.class_id], share,
                    [](const ActionOutlook& o) { return o.mean_energy_j; });
}

std::unique_ptr<Policy> RandomConfig::Make(const PolicyContext& context) const {
  return std::make_unique<Random>(context.actions);
}

std::unique_ptr<Policy> GreedyQualityConfig::Make(const PolicyContext& context) const {
  return std::make_unique<GreedyQuality>(*this, *context.model);
}

std::unique_ptr<Policy> GreedyEfficiencyConfig::Make(const PolicyContext& context) const {
  return std::make_unique<GreedyEfficiency>(*context.model);
}

std::unique_ptr<Policy> PacingConfig::Make(const PolicyContext& context) const {
  return std::make_unique<Pacing>(*context.model);
}

}  // namespace edgesim
