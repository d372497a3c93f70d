// Expected SARSA (van Seijen et al. 2009; Sutton and Barto, section 6.6): the mean value of what an
// epsilon-greedy policy does next.
#pragma once

#include "policies/one_table_rule.h"

namespace edgesim {

class ExpectedSarsaRule final : public OneTableRule {
 public:
  using OneTableRule::OneTableRule;
  void Update(const TabularStep& step, const Noise&) override {
    double future = 0;
    if (step.next) {
      future = step.discount *
               ((1 - step.epsilon) * q_.Best(*step.next) + step.epsilon * q_.Mean(*step.next));
    }
    q_.Move(step.state, step.action, step.reward + future, step.learning_rate);
  }
};

}  // namespace edgesim
