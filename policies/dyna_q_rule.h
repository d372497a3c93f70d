// Dyna-Q (Sutton 1990; Sutton and Barto, section 8.2): each step also enters counts of what
// followed what, and some of the states and actions seen so far are valued again by these counts.
#pragma once

#include "policies/one_table_rule.h"
#include "policies/q_rule.h"
#include "policies/transition_counts.h"

namespace edgesim {

class DynaQRule final : public OneTableRule {
 public:
  // `planning_steps` states and actions are drawn after each step.
  DynaQRule(std::uint32_t states, std::size_t actions, std::uint32_t planning_steps)
      : OneTableRule(states, actions),
        planning_steps_(planning_steps),
        counts_(states, actions, 1) {}

  void Update(const TabularStep& step, const Noise& noise) override {
    counts_.Add(step.state, step.action, step.next, {&step.reward, 1});
    MoveToBestNext(q_, step);
    WordStream words = noise.Words(Stream::kResample);
    for (std::uint32_t i = 0; i < planning_steps_; ++i) {
      const auto [state, action] = counts_.Draw(words);
      Plan(state, action, step.discount);
    }
  }

  // Sets the value to the mean over the counts of reward + discount * best value next (an expected
  // update, section 8.5). Pre: the action was taken in the state.
  void Plan(std::uint32_t state, ActionId action, double discount) {
    double sum = counts_.Sum(state, action, 0);
    for (const auto& next : counts_.Nexts(state, action))
      sum += next.count * discount * q_.Best(next.state);
    q_.Move(state, action, sum / counts_.Visits(state, action), 1);
  }

  void Save(PolicyState& state) const override {
    OneTableRule::Save(state);
    counts_.Save(state);
  }
  void Load(const PolicyState& state) override {
    OneTableRule::Load(state);
    counts_.Load(state);
  }

 private:
  std::uint32_t planning_steps_;
  TransitionCounts counts_;
};

}  // namespace edgesim
