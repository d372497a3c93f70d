// Posterior sampling for reinforcement learning (Strens 2000; Osband, Russo and Van Roy 2013): acts
// as if one draw from what it believes of the world were the world, until the next draw. Frozen, it
// follows the plan on the estimate.
#pragma once

#include <memory>

#include "policies/model_learner.h"

namespace edgesim {

struct PosteriorSamplingConfig {
  static constexpr const char* kKind = "posterior-sampling";
  static constexpr PolicySort kSort = PolicySort::kLearner;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  ModelLearnerConfig learner;
  template <class V>
  void Visit(V& v) {
    learner.Visit(v);
  }
};

class PosteriorSampling final : public ModelLearner {
 public:
  PosteriorSampling(const PosteriorSamplingConfig& config, const PolicyContext& context)
      : ModelLearner(config.learner, context) {}

 private:
  PlanMixture PlanForTraining(WordStream& words) override { return Optimum(model().Draw(words)); }
};

}  // namespace edgesim
