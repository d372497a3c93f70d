// A Lagrangian learner on its own model: prices move by policies/optimistic_dual.h, the policy is
// the best one at those prices on what has been seen. A policy's cost is the exact one on that
// model too: counting the rare events of its own episodes would be far noisier. Frozen, it mixes
// the two policies next to its last prices such that the limits, less a margin, are met.
#pragma once

#include <memory>
#include <vector>

#include "policies/model_learner.h"
#include "policies/multipliers.h"
#include "policies/optimistic_dual.h"

namespace edgesim {

struct OptimisticPrimalDualConfig {
  static constexpr const char* kKind = "optimistic-primal-dual";
  static constexpr PolicySort kSort = PolicySort::kLearner;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  ModelLearnerConfig learner{.growth = 1.01};
  double epsilon = 1;  // the share of random actions is epsilon / sqrt(1 + episode), at most 1
  OptimisticDualConfig dual;
  template <class V>
  void Visit(V& v) {
    learner.Visit(v);
    v.Field("epsilon", epsilon, 0, 1000);
    dual.Visit(v);
  }
};

class OptimisticPrimalDual final : public ModelLearner, public PricesConstraints {
 public:
  OptimisticPrimalDual(const OptimisticPrimalDualConfig& config, const PolicyContext& context);

  // The last prices; the frozen policy mixes the two policies next to them.
  std::vector<double> Multipliers() const override;
  PolicyState Save() const override;
  void Load(const PolicyState& state) override;

 private:
  PlanMixture PlanForTraining(WordStream& words) override;
  PlanMixture PlanFrozen(const DecisionModel& cautious) const override;

  double Epsilon(std::uint32_t episode) const override;

  double epsilon_;
  std::vector<OptimisticDual> duals_;
};

}  // namespace edgesim
