// What the learners that plan on what they have seen have in common: when they plan, how they
// explore, what they save. Frozen, they follow a plan on the estimate of all they have seen; under
// constraints its limits are lowered by a margin, for a plan that is best on an estimate costs more
// in truth.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "policies/cmdp_solver.h"
#include "policies/context.h"
#include "policies/last_choice.h"
#include "policies/learned_model.h"

namespace edgesim {

struct ModelLearnerConfig {
  std::uint32_t energy_steps = 200;  // of the grid that make up the budget
  double least_tries = 10;           // of each action on each class, before any plan
  double growth = 1.1;               // plan anew when there are this many times the requests
  double margin = 2;  // of the limits when frozen, in standard deviations of a plan's cost between
                      // draws from the posterior; the limits keep a tenth at least
  template <class V>
  void Visit(V& v) {
    v.Field("energy_steps", energy_steps, 10, 10000);
    v.Field("least_tries", least_tries, 1, 1e6);
    v.Field("growth", growth, 1, 10);
    v.Field("margin", margin, 0, 100);
  }
};

// Plans with weights that sum to 1; an episode follows one of them.
using PlanMixture = std::vector<PlanComponent>;

// start / sqrt(1 + episode), at most 1.
inline double FallingShare(double start, std::uint32_t episode) {
  return std::min(1.0, start / std::sqrt(1.0 + episode));
}

class ModelLearner : public Policy {
 public:
  ModelLearner(const ModelLearnerConfig& config, const PolicyContext& context);

  void BeginEpisode(std::uint32_t episode, Phase phase) override;
  ActionId Act(const Observation& seen, const Noise& noise) override;
  void Learn(const Transition& transition) override;
  PolicyState Save() const override;
  void Load(const PolicyState& state) override;

 protected:
  // What to follow in training from now on.
  virtual PlanMixture PlanForTraining(WordStream& words) = 0;
  // What to follow when frozen, by an estimate with its limits lowered.
  virtual PlanMixture PlanFrozen(const DecisionModel& cautious) const { return Optimum(cautious); }
  // P(an action at random) in training.
  virtual double Epsilon(std::uint32_t /*episode*/) const { return 0; }

  const LearnedModel& model() const { return model_; }
  // The constrained optimum; where the limits cannot be met, the plan at high prices.
  static PlanMixture Optimum(const DecisionModel& model);

 private:
  ActionId Explore(const Observation& seen, const Noise& noise) const;
  ActionId Follow(const PlanMixture& plans, const Observation& seen, const Noise& noise) const;
  void MeasureSpread(WordStream& words);

  ModelLearnerConfig config_;
  std::size_t actions_;
  std::uint32_t requests_;
  std::size_t classes_, levels_;
  LearnedModel model_;
  LastChoice choice_;
  std::uint32_t episode_ = 0;
  bool training_ = false, due_ = false;
  double planned_at_ = 0, frozen_at_ = 0;  // requests seen
  PlanMixture plan_, frozen_;
  // By constraint: squared deviation of a cost between posterior draws times requests seen, a
  // moving average.
  std::vector<double> spread_;
};

}  // namespace edgesim
