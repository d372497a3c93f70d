#include "policies/shield.h"

#include <utility>

namespace edgesim {

Shield::Shield(std::unique_ptr<Policy> inside, const ShieldConfig& config,
               const DecisionModel& model)
    : inside_(std::move(inside)) {
  for (const std::vector<ActionOutlook>& actions : model.outlook) {
    std::vector<bool>& masked = masked_.emplace_back();
    ActionId& stand_in = stand_in_.emplace_back(kReject);
    for (ActionId a = 0; a < actions.size(); ++a) {
      masked.push_back(actions[a].exceedance_upper95 > config.epsilon);
      const bool better =
          stand_in == kReject || actions[a].mean_score > actions[stand_in].mean_score;
      if (!masked.back() && better) stand_in = a;
    }
  }
}

ActionId Shield::Act(const Observation& seen, const Noise& noise) {
  wanted_ = inside_->Act(seen, noise);
  if (wanted_ >= masked_[seen.class_id].size()) return wanted_;  // a rejection or a deferral
  return Masked(seen.class_id, wanted_) ? StandIn(seen.class_id) : wanted_;
}

void Shield::Learn(const Transition& transition) {
  if (transition.action < masked_[transition.before.class_id].size()) inside_->Learn(transition);
}

}  // namespace edgesim
