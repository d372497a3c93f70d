#include "policies/fluid_frontier.h"

#include <algorithm>

#include "sim/answer.h"

namespace edgesim {

FluidFrontier::FluidFrontier(const DecisionModel& model) {
  for (std::uint32_t c = 0; c < model.classes(); ++c) {
    const std::vector<ActionOutlook>& row = model.outlook[c];
    const double p = model.class_probability[c];
    ActionId at = 0;
    for (ActionId a = 1; a < row.size(); ++a) {
      const bool cheaper = row[a].mean_energy_j < row[at].mean_energy_j;
      const bool equal = row[a].mean_energy_j == row[at].mean_energy_j;
      if (cheaper || (equal && row[a].mean_score > row[at].mean_score)) at = a;
    }
    cheapest_.push_back(at);
    least_energy_j_ += p * row[at].mean_energy_j;
    least_reward_ += p * row[at].mean_score / kMaxScore;
    for (bool climbs = p > 0; climbs;) {
      HullStep next;
      for (ActionId a = 0; a < row.size(); ++a) {
        const HullStep step{.class_id = c,
                            .from = at,
                            .to = a,
                            .energy_j = p * (row[a].mean_energy_j - row[at].mean_energy_j),
                            .reward = p * (row[a].mean_score - row[at].mean_score) / kMaxScore};
        if (step.energy_j <= 0 || step.reward <= 0) continue;
        // Of equal slopes the longest, so that no vertex lies within an edge.
        const bool first = next.energy_j == 0;
        if (first || step.Slope() > next.Slope() ||
            (step.Slope() == next.Slope() && step.energy_j > next.energy_j)) {
          next = step;
        }
      }
      climbs = next.energy_j > 0;
      if (climbs) steps_.push_back(next);
      at = next.to;
    }
  }
  std::stable_sort(steps_.begin(), steps_.end(),
                   [](const HullStep& a, const HullStep& b) { return a.Slope() > b.Slope(); });
}

double FluidFrontier::Reward(double mean_energy_j) const {
  double left = mean_energy_j - least_energy_j_, reward = least_reward_;
  for (const HullStep& step : steps_) {
    if (left <= 0) break;
    reward += step.reward * std::min(1.0, left / step.energy_j);
    left -= step.energy_j;
  }
  return reward;
}

HullMix FluidFrontier::Mix(std::uint32_t class_id, double mean_energy_j) const {
  double left = mean_energy_j - least_energy_j_;
  HullMix mix{.lower = cheapest_[class_id], .upper = cheapest_[class_id]};
  for (const HullStep& step : steps_) {
    if (left <= 0) break;
    if (step.class_id == class_id) {
      const bool whole = left >= step.energy_j;
      mix = {.lower = whole ? step.to : step.from,
             .upper = step.to,
             .share = whole ? 0 : left / step.energy_j};
    }
    left -= step.energy_j;
  }
  return mix;
}

double FluidFrontier::Price(double mean_energy_j) const {
  double left = mean_energy_j - least_energy_j_;
  for (const HullStep& step : steps_) {
    left -= step.energy_j;
    if (left < 0) return step.Slope();
  }
  return 0;
}

}  // namespace edgesim
