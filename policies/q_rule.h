// Q-learning (Watkins 1989; Sutton and Barto, section 6.5): the value of the best action next.
#pragma once

#include "policies/q_table.h"
#include "policies/tabular_rule.h"

namespace edgesim {

inline void MoveToBestNext(QTable& q, const TabularStep& step) {
  const double future = step.next ? step.discount * q.Best(*step.next) : 0;
  q.Move(step.state, step.action, step.reward + future, step.learning_rate);
}

}  // namespace edgesim
