// The best fixed map from the class of a request to an action: what a router gains that looks at
// requests but neither at energy nor at time.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "policies/context.h"

namespace edgesim {

struct StaticRouterConfig {
  static constexpr const char* kKind = "static-router";
  static constexpr PolicySort kSort = PolicySort::kPlanner;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  template <class V>
  void Visit(V&) {}
};

struct RouterChoice {
  std::vector<ActionId> action_of_class;
  double value = 0;              // E[reward] of an episode
  std::uint64_t inductions = 0;  // backward inductions it took
};

// E[reward] of an episode that serves class c with action_of_class[c], until the budget ends it.
double RouterValue(const DecisionModel& model, const std::vector<ActionId>& action_of_class);

// The best of all actions^classes maps, by branch and bound: with the actions of some classes
// given, no map earns more than a policy that may do as it likes in the other classes.
RouterChoice BestRouter(const DecisionModel& model);

class StaticRouter final : public Policy {
 public:
  explicit StaticRouter(std::vector<ActionId> action_of_class)
      : action_of_class_(std::move(action_of_class)) {}
  ActionId Act(const Observation& seen, const Noise&) override {
    return action_of_class_[seen.class_id];
  }

 private:
  std::vector<ActionId> action_of_class_;
};

}  // namespace edgesim
