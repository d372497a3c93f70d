// What an update rule of action values is told, and what a learner asks of it. Rules know rows and
// columns of tables, nothing of what they stand for.
#pragma once

#include <cstdint>
#include <optional>

#include "policies/q_table.h"
#include "sim/policy.h"

namespace edgesim {

struct TabularStep {
  std::uint32_t state = 0;
  ActionId action = 0;
  double reward = 0;
  std::optional<std::uint32_t> next;  // null: the episode is over
  ActionId next_action = 0;           // chosen in `next`; only for rules that need it
  double learning_rate = 0;           // of this state and action: falls with its visits
  double rate_floor = 0;              // the least learning rate, for rules that count by themselves
  double discount = 1;
  double epsilon = 0;  // share of random choices of the policy that acts
};

class TabularRule {
 public:
  virtual ~TabularRule() = default;

  // A learner is greedy on these.
  virtual const QTable& Values() const = 0;

  // True: a step is given once the action after it is chosen.
  virtual bool NeedsNextAction() const { return false; }

  virtual void BeginEpisode() {}

  // Steps of an episode come in order. `noise` is of the decision that was made in `step.state`.
  virtual void Update(const TabularStep& step, const Noise& noise) = 0;

  // Between episodes.
  virtual void Save(PolicyState& state) const = 0;
  virtual void Load(const PolicyState& state) = 0;
};

}  // namespace edgesim
