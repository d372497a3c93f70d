// How often each action was taken in each state.
#pragma once

#include <algorithm>
#include <vector>

#include "policies/policy_state.h"
#include "sim/action.h"

namespace edgesim {

class VisitCounts {
 public:
  VisitCounts(std::uint32_t states, std::size_t actions)
      : actions_(actions), counts_(states * actions, 0.0) {}

  std::size_t actions() const { return actions_; }
  double Of(std::uint32_t state, ActionId action) const {
    return counts_[state * actions_ + action];
  }
  bool Visited(std::uint32_t state) const {
    const auto row = counts_.begin() + static_cast<std::ptrdiff_t>(state * actions_);
    return std::any_of(row, row + static_cast<std::ptrdiff_t>(actions_),
                       [](double n) { return n > 0; });
  }

  // Counts one more and returns the number so far.
  double Add(std::uint32_t state, ActionId action) { return ++counts_[state * actions_ + action]; }

  void Save(PolicyState& state) const { state["visits"] = counts_; }
  void Load(const PolicyState& state) { counts_ = StatePart(state, "visits", counts_.size()); }

 private:
  std::size_t actions_;
  std::vector<double> counts_;  // [state][action]
};

}  // namespace edgesim
