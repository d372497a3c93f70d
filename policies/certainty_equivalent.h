// Plans the (constrained) optimum as if what it has seen so far were the world (certainty
// equivalence), with a share of random actions that falls as 1 / sqrt(episode).
#pragma once

#include <memory>

#include "policies/model_learner.h"

namespace edgesim {

struct CertaintyEquivalentConfig {
  static constexpr const char* kKind = "certainty-equivalent";
  static constexpr PolicySort kSort = PolicySort::kLearner;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  ModelLearnerConfig learner;
  double epsilon = 1;  // the share of random actions is epsilon / sqrt(1 + episode), at most 1
  template <class V>
  void Visit(V& v) {
    learner.Visit(v);
    v.Field("epsilon", epsilon, 0, 1000);
  }
};

class CertaintyEquivalent final : public ModelLearner {
 public:
  CertaintyEquivalent(const CertaintyEquivalentConfig& config, const PolicyContext& context)
      : ModelLearner(config.learner, context), epsilon_(config.epsilon) {}

 private:
  PlanMixture PlanForTraining(WordStream&) override { return Optimum(model().Estimate()); }
  double Epsilon(std::uint32_t episode) const override;

  double epsilon_;
};

}  // namespace edgesim
