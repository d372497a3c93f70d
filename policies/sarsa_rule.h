// SARSA (Sutton and Barto, section 6.4): the value of the action that is in fact taken next.
#pragma once

#include "policies/one_table_rule.h"

namespace edgesim {

class SarsaRule final : public OneTableRule {
 public:
  using OneTableRule::OneTableRule;
  bool NeedsNextAction() const override { return true; }
  void Update(const TabularStep& step, const Noise&) override {
    const double future = step.next ? step.discount * q_.Value(*step.next, step.next_action) : 0;
    q_.Move(step.state, step.action, step.reward + future, step.learning_rate);
  }
};

}  // namespace edgesim
