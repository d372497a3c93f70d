// What a policy is made from. Each policy's config struct has
//   static constexpr const char* kKind            its name in experiment files
//   static constexpr PolicySort kSort             what it knows of the world in advance
//   template <class V> void Visit(V&)             its keys, defaults and ranges
//   std::unique_ptr<Policy> Make(const PolicyContext&) const
// and stands in the list of policies/registry.h.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/decision_model.h"
#include "sim/policy.h"

namespace edgesim {

class ExactPlan;
struct ConstrainedPlan;

enum class PolicySort : std::uint8_t {
  kConstant,  // one action for every request
  kRule,      // looks at the decision model, learns nothing
  kLearner,   // trained on its own episodes, sees no model
  kPlanner,   // follows a plan computed on the decision model
};

struct PolicyContext {
  std::size_t actions = 0;
  std::uint32_t requests = 0;        // of an episode
  std::uint32_t classes = 1;         // that are observed
  std::uint32_t train_episodes = 0;  // a learner gets
  bool budget_ends_episode = true;
  std::vector<CostConstraint> constraints;
  // Null for learners. With the classes that are observed.
  const DecisionModel* model = nullptr;
  // Null for all but planners: the unconstrained optimum on `model`, and as if no class were seen.
  std::shared_ptr<const ExactPlan> plan, class_blind_plan;
  // The optimum under `constraints`; null where there are none.
  std::shared_ptr<const ConstrainedPlan> constrained_plan;
  std::vector<ActionId> router;  // the best map from class to action; empty where none is known
};

}  // namespace edgesim
