// What followed what, counted: the model that a learner makes of its own transitions.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "policies/policy_state.h"
#include "sim/action.h"

namespace edgesim {

class TransitionCounts {
 public:
  struct Next {
    std::uint32_t state;
    double count;
  };
  struct Pair {
    std::uint32_t state;
    ActionId action;
  };

  // `signals` are summed over the transitions of each state and action: a reward, costs.
  TransitionCounts(std::uint32_t states, std::size_t actions, std::size_t signals)
      : actions_(actions),
        signals_(signals),
        visits_(states * actions, 0.0),
        sums_(states * actions * signals, 0.0),
        nexts_(states * actions) {}

  // next: null where the episode was over. `signals` has as many values as there are signals.
  void Add(std::uint32_t state, ActionId action, std::optional<std::uint32_t> next,
           std::span<const double> signals);

  double Visits(std::uint32_t state, ActionId action) const { return visits_[Cell(state, action)]; }
  double Sum(std::uint32_t state, ActionId action, std::size_t signal) const {
    return sums_[Cell(state, action) * signals_ + signal];
  }
  // The states that followed; what is missing to Visits() were ends.
  const std::vector<Next>& Nexts(std::uint32_t state, ActionId action) const {
    return nexts_[Cell(state, action)];
  }

  // One of the pairs that were seen, all as likely. Pre: there is one.
  Pair Draw(WordStream& words) const {
    const std::size_t cell = seen_[UniformIndex(words, static_cast<std::uint32_t>(seen_.size()))];
    return {static_cast<std::uint32_t>(cell / actions_), static_cast<ActionId>(cell % actions_)};
  }

  // As parts "pairs" (state and action, visits, sums) and "nexts" (state and action, next, count).
  void Save(PolicyState& state) const;
  void Load(const PolicyState& state);

 private:
  std::size_t Cell(std::uint32_t state, ActionId action) const { return state * actions_ + action; }

  std::size_t actions_, signals_;
  std::vector<double> visits_;            // [state][action]
  std::vector<double> sums_;              // [state][action][signal]
  std::vector<std::vector<Next>> nexts_;  // [state][action], in the order of their first visit
  std::vector<std::size_t> seen_;         // [state][action] indices, likewise
};

}  // namespace edgesim
