// Watkins's Q(lambda) (Sutton and Barto, first edition, section 7.6): what a step teaches is passed
// back along the episode, up to the last action that was not greedy.
#pragma once

#include <vector>

#include "policies/one_table_rule.h"

namespace edgesim {

class QLambdaRule final : public OneTableRule {
 public:
  QLambdaRule(std::uint32_t states, std::size_t actions, double trace_decay)
      : OneTableRule(states, actions), trace_decay_(trace_decay) {}

  void BeginEpisode() override { traces_.clear(); }

  // Replacing traces, each moving at the learning rate that its state and action had when visited.
  void Update(const TabularStep& step, const Noise&) override {
    const bool exploratory = q_.Value(step.state, step.action) < q_.Best(step.state);
    if (exploratory) traces_.clear();
    std::erase_if(traces_,
                  [&](const Trace& t) { return t.state == step.state && t.action == step.action; });
    traces_.push_back({step.state, step.action, step.learning_rate, 1});
    const double future = step.next ? step.discount * q_.Best(*step.next) : 0;
    const double error = step.reward + future - q_.Value(step.state, step.action);
    for (Trace& t : traces_) {
      const double now = q_.Value(t.state, t.action);
      q_.Move(t.state, t.action, now + error, t.learning_rate * t.eligibility);
      t.eligibility *= step.discount * trace_decay_;
    }
  }

 private:
  struct Trace {
    std::uint32_t state;
    ActionId action;
    double learning_rate, eligibility;
  };
  double trace_decay_;
  std::vector<Trace> traces_;  // of this episode, since the last exploratory action
};

}  // namespace edgesim
