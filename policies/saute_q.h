// Q-learning on a budget-augmented state (the idea of Saute RL, Sootla et al. 2022, arXiv
// 2202.06558): what is left of the constraint's budget is part of the state, and once it is gone a
// request earns a fixed penalty. A constraint in expectation becomes one that each episode should
// keep. Values move by Watkins's Q(lambda), as in q-lambda.
#pragma once

#include "policies/tabular_learner.h"

namespace edgesim {

struct SauteQConfig : TabularConfig {
  static constexpr const char* kKind = "saute-q";
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  double trace_decay = 0.9;
  double unsafe_reward = -5;  // of a request that ends with less than nothing left
  template <class V>
  void Visit(V& v) {
    TabularConfig::Visit(v);
    v.Field("trace_decay", trace_decay, 0, 1);
    v.Field("unsafe_reward", unsafe_reward, -1e6, 0);
  }
};

// With a constraint on energy z = 1 - energy spent / (limit * budget); with one on brown-outs alone
// z = energy left / budget. A brown-out is z < 0. The state has energy_bins equal shares of z in 0
// .. 1 and one cell for z < 0.
class SauteQ final : public Policy {
 public:
  // InputError where no constraint is on energy, nor on brown-outs of a budget that ends the
  // episode.
  SauteQ(const SauteQConfig& config, const PolicyContext& context);

  void BeginEpisode(std::uint32_t episode, Phase phase) override;
  ActionId Act(const Observation& seen, const Noise& noise) override;
  void Learn(const Transition& transition) override;
  PolicyState Save() const override { return learner_->Save(); }
  void Load(const PolicyState& state) override { learner_->Load(state); }

 private:
  // z as energy left of a budget, its lowest bin the one for z < 0.
  Observation Augmented(Observation seen) const;

  double allowed_ = 1;  // share of the budget
  double unsafe_reward_;
  std::uint32_t bins_;  // with the one for z < 0
  std::unique_ptr<TabularLearner> learner_;
};

}  // namespace edgesim
