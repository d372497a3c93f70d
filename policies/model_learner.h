// What the learners that plan on what they have seen have in common: when they plan, how they
// explore, what they save. Frozen, they follow the plan on all they have seen.
#pragma once

#include <vector>

#include "policies/context.h"
#include "policies/lagrangian_dp.h"
#include "policies/learned_model.h"

namespace edgesim {

// Plans of which each episode follows one.
struct PlanMixture {
  std::vector<ActionTable3> plans;
  double first_weight = 1;  // P(plans[0]); plans[1] has the rest

  ActionId Act(const Observation& seen, const Noise& noise) const;
};

struct ModelLearnerConfig {
  std::uint32_t energy_steps = 200;  // of the grid that make up the budget
  double least_tries = 10;           // of each action on each class, before any plan
  double growth = 1.1;               // plan anew when there are this many times the requests
  template <class V>
  void Visit(V& v) {
    v.Field("energy_steps", energy_steps, 10, 10000);
    v.Field("least_tries", least_tries, 1, 1e6);
    v.Field("growth", growth, 1, 10);
  }
};

class ModelLearner : public Policy {
 public:
  ModelLearner(const ModelLearnerConfig& config, const PolicyContext& context);

  void BeginEpisode(std::uint32_t episode, Phase phase) override;
  ActionId Act(const Observation& seen, const Noise& noise) override;
  void Learn(const Transition& transition) override { model_.Add(transition); }
  PolicyState Save() const override;
  void Load(const PolicyState& state) override;

  const LearnedModel& model() const { return model_; }

 protected:
  // What to follow in training; `words` are of this episode's stream kResample.
  virtual PlanMixture PlanForTraining(WordStream words) = 0;
  virtual PlanMixture PlanFrozen() const = 0;
  // P(an action at random) in training.
  virtual double Epsilon(std::uint32_t /*episode*/) const { return 0; }

 private:
  ModelLearnerConfig config_;
  std::size_t actions_;
  LearnedModel model_;
  std::uint32_t episode_ = 0;
  bool training_ = false, due_ = false;
  double planned_at_ = 0, frozen_at_ = 0;  // requests seen
  PlanMixture plan_, frozen_;
};

}  // namespace edgesim
