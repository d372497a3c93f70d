// What followed what, counted: the model that a learner makes of its own transitions.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "policies/policy_state.h"
#include "sim/action.h"

namespace edgesim {

class TransitionCounts {
 public:
  struct Outcome {
    double count = 0;
    std::vector<double> sums;  // [signal]
  };
  using Outcomes = std::map<std::uint32_t, Outcome>;  // by next state; End(): the episode was over

  // `signals` are counted for each transition: a reward, costs.
  TransitionCounts(std::uint32_t states, std::size_t actions, std::size_t signals)
      : states_(states), actions_(actions), signals_(signals), outcomes_(states * actions) {}

  std::uint32_t End() const { return states_; }

  // `signals` has as many values as there are signals; next < End(), or End().
  void Add(std::uint32_t state, ActionId action, std::uint32_t next,
           std::span<const double> signals);

  // Empty where the action was never taken.
  const Outcomes& Of(std::uint32_t state, ActionId action) const {
    return outcomes_[state * actions_ + action];
  }

  // One of the pairs that were seen, all as likely. Pre: there is one.
  struct Pair {
    std::uint32_t state;
    ActionId action;
  };
  Pair Draw(WordStream& words) const {
    const std::size_t cell = seen_[UniformIndex(words, static_cast<std::uint32_t>(seen_.size()))];
    return {static_cast<std::uint32_t>(cell / actions_), static_cast<ActionId>(cell % actions_)};
  }

  // As parts "pairs" and "outcomes".
  void Save(PolicyState& state) const;
  void Load(const PolicyState& state);

 private:
  std::uint32_t states_;
  std::size_t actions_, signals_;
  std::vector<Outcomes> outcomes_;  // [state][action]
  std::vector<std::size_t> seen_;   // indices of outcomes_, in the order of their first visit
};

}  // namespace edgesim
