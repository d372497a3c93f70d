#include "policies/tabular_learner.h"

#include <algorithm>

#include "policies/frozen_choice.h"

namespace edgesim {

double EpsilonOf(std::uint32_t episode, double epsilon_share, std::uint32_t train_episodes) {
  constexpr double kStart = 1, kEnd = 0.05;
  const double last = epsilon_share * train_episodes;
  const double progress = episode < last ? episode / last : 1;
  return kStart + progress * (kEnd - kStart);
}

TabularLearner::TabularLearner(const TabularConfig& config, const PolicyContext& context,
                               const Discretizer& cells, std::unique_ptr<TabularRule> rule)
    : config_(config),
      train_episodes_(context.train_episodes),
      cells_(cells),
      visits_(cells.States(), context.actions),
      rule_(std::move(rule)) {}

void TabularLearner::BeginEpisode(std::uint32_t episode, Phase phase) {
  training_ = phase == Phase::kTrain;
  pending_.reset();
  if (!training_) return;
  epsilon_ = EpsilonOf(episode, config_.epsilon_share, train_episodes_);
  rule_->BeginEpisode();
}

ActionId TabularLearner::Choose(std::uint32_t state, const Noise& noise) const {
  WordStream explore = noise.Words(Stream::kExplore);
  if (Uniform01(explore) < epsilon_)
    return UniformIndex(explore, static_cast<std::uint32_t>(visits_.actions()));
  WordStream ties = noise.Words(Stream::kTie);
  return rule_->Values().Greedy(state, ties);
}

ActionId TabularLearner::Act(const Observation& seen, const Noise& noise) {
  const std::uint32_t state = cells_.State(seen);
  if (!training_) {
    return FrozenChoice(state, cells_, visits_,
                        [&](std::uint32_t s, ActionId a) { return rule_->Values().Value(s, a); });
  }
  const ActionId action = Choose(state, noise);
  if (pending_) {
    pending_->next_action = action;
    rule_->Update(*pending_, decision_);
    pending_.reset();
  }
  decision_ = noise;
  return action;
}

void TabularLearner::Learn(const Transition& t) {
  TabularStep step{.state = cells_.State(t.before),
                   .action = t.action,
                   .reward = t.reward,
                   .rate_floor = config_.learning_rate_floor,
                   .discount = config_.discount,
                   .epsilon = epsilon_};
  step.learning_rate =
      std::max(config_.learning_rate_floor, 1 / visits_.Add(step.state, step.action));
  if (t.after) step.next = cells_.State(*t.after);
  if (step.next && rule_->NeedsNextAction()) {
    pending_ = step;
  } else {
    rule_->Update(step, decision_);
  }
}

PolicyState TabularLearner::Save() const {
  PolicyState state;
  rule_->Save(state);
  visits_.Save(state);
  return state;
}

void TabularLearner::Load(const PolicyState& state) {
  rule_->Load(state);
  visits_.Load(state);
}

}  // namespace edgesim
