// A rule with one table and no other memory.
#pragma once

#include "policies/policy_state.h"
#include "policies/tabular_rule.h"

namespace edgesim {

class OneTableRule : public TabularRule {
 public:
  OneTableRule(std::uint32_t states, std::size_t actions) : q_(states, actions, 0) {}
  const QTable& Values() const override { return q_; }
  void Save(PolicyState& state) const override { state["q"] = q_.Flat(); }
  void Load(const PolicyState& state) override { q_.SetFlat(StatePart(state, "q", q_.size())); }

 protected:
  QTable q_;
};

}  // namespace edgesim
