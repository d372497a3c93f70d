// The shield around a policy: no action whose chance to exceed the power cap may be above epsilon.
#pragma once

#include <memory>
#include <vector>

#include "policies/context.h"

namespace edgesim {

struct ShieldConfig {
  double epsilon = 0.05;  // bound on P(a request exceeds the power cap)
  template <class V>
  void Visit(V& v) {
    v.Field("epsilon", epsilon, 0, 1);
  }
};

// Masks, per class, the actions whose exceedance probability has an upper 95 % bound above epsilon.
// Where the policy inside chooses a masked one, the allowed action with the best mean score stands
// in; where all are masked the request is rejected. The policy inside learns from what was done,
// but not from rejections.
class Shield final : public Policy {
 public:
  Shield(std::unique_ptr<Policy> inside, const ShieldConfig& config, const DecisionModel& model);

  void BeginEpisode(std::uint32_t episode, Phase phase) override {
    inside_->BeginEpisode(episode, phase);
  }
  ActionId Act(const Observation& seen, const Noise& noise) override;
  void Learn(const Transition& transition) override;
  PolicyState Save() const override { return inside_->Save(); }
  void Load(const PolicyState& state) override { inside_->Load(state); }

  // What the policy inside chose last, masked or not.
  ActionId Wanted() const { return wanted_; }
  bool Masked(std::uint32_t class_id, ActionId action) const { return masked_[class_id][action]; }
  // kReject where all actions are masked.
  ActionId StandIn(std::uint32_t class_id) const { return stand_in_[class_id]; }

 private:
  std::unique_ptr<Policy> inside_;
  std::vector<std::vector<bool>> masked_;  // [class][action]
  std::vector<ActionId> stand_in_;         // [class]
  ActionId wanted_ = 0;
};

}  // namespace edgesim
