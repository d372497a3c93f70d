// Separate action values of a reward and of costs, all of the policy that is greedy on
// reward - sum of multiplier * cost: a change of the multipliers needs no relearning. Values are
// expected updates over counts of the transitions seen (Sutton and Barto, sections 8.2 and 8.5).
#pragma once

#include <span>
#include <vector>

#include "policies/discretizer.h"
#include "policies/frozen_choice.h"
#include "policies/q_table.h"
#include "policies/transition_counts.h"
#include "policies/visit_counts.h"

namespace edgesim {

class CostCritics {
 public:
  // After each step `planning_steps` pairs of state and action seen before are valued again.
  CostCritics(const Discretizer& cells, std::size_t actions, std::size_t costs,
              std::uint32_t planning_steps);

  // signals: the reward, then the costs. next: null where the episode is over.
  void Learn(std::uint32_t state, ActionId action, std::span<const double> signals,
             std::optional<std::uint32_t> next, std::span<const double> multipliers,
             WordStream& words);

  // Of the reward (0) or a cost (1 ..).
  const QTable& Table(std::size_t signal) const { return tables_[signal]; }

  // FrozenChoice (policies/frozen_choice.h) by reward - sum of multiplier * cost.
  ActionId Choice(std::uint32_t state, std::span<const double> multipliers) const;

  void Save(PolicyState& state) const;
  void Load(const PolicyState& state);

 private:
  double Combined(std::uint32_t state, ActionId action, std::span<const double> multipliers) const;
  // Values one pair by its counts. Pre: it was seen.
  void Plan(std::uint32_t state, ActionId action, std::span<const double> multipliers);

  Discretizer cells_;
  std::size_t actions_;
  std::uint32_t planning_steps_;
  std::vector<QTable> tables_;  // [signal]
  std::vector<double> sums_;    // room for Plan: [signal]
  VisitCounts visits_;
  TransitionCounts counts_;
};

}  // namespace edgesim
