#include "policies/model_learner.h"

#include "policies/saved_state.h"

namespace edgesim {

ActionId PlanMixture::Act(const Observation& seen, const Noise& noise) const {
  if (plans.size() < 2) return plans[0].At(seen);
  WordStream words = noise.Of(0).Words(Stream::kMixture);
  return plans[Uniform01(words) < first_weight ? 0 : 1].At(seen);
}

ModelLearner::ModelLearner(const ModelLearnerConfig& config, const PolicyContext& context)
    : config_(config), actions_(context.actions), model_(context, config.energy_steps) {}

void ModelLearner::BeginEpisode(std::uint32_t episode, Phase phase) {
  episode_ = episode;
  training_ = phase == Phase::kTrain;
  if (training_) {
    due_ = model_.Requests() > 0 && model_.Requests() >= config_.growth * planned_at_;
  } else if (frozen_at_ != model_.Requests()) {
    frozen_ = PlanFrozen();
    frozen_at_ = model_.Requests();
  }
}

ActionId ModelLearner::Act(const Observation& seen, const Noise& noise) {
  if (!training_) return frozen_.plans.empty() ? 0 : frozen_.Act(seen, noise);
  if (due_) {
    plan_ = PlanForTraining(noise.Of(0).Words(Stream::kResample));
    planned_at_ = model_.Requests();
    due_ = false;
  }
  const ActionId untried = model_.Untried(seen.class_id, config_.least_tries);
  if (untried < actions_) return untried;
  WordStream explore = noise.Words(Stream::kExplore);
  if (plan_.plans.empty() || Uniform01(explore) < Epsilon(episode_))
    return UniformIndex(explore, static_cast<std::uint32_t>(actions_));
  return plan_.Act(seen, noise);
}

PolicyState ModelLearner::Save() const {
  PolicyState state;
  model_.Save(state);
  state["plan"] = {planned_at_, plan_.first_weight};
  std::vector<double>& actions = state["plan.actions"];
  for (const ActionTable3& plan : plan_.plans)
    actions.insert(actions.end(), plan.actions.begin(), plan.actions.end());
  return state;
}

void ModelLearner::Load(const PolicyState& state) { model_.Load(state); }

}  // namespace edgesim
