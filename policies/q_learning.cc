#include "policies/q_learning.h"

#include <algorithm>

#include "policies/policy_state.h"
#include "policies/q_rule.h"

namespace edgesim {

QLearning::QLearning(const QLearningConfig& config, std::size_t actions, std::uint32_t requests,
                     std::uint32_t classes)
    : config_(config),
      actions_(actions),
      discretizer_(DiscretizerOf(config.features, config.energy_bins, requests, classes)),
      table_(discretizer_.States(), actions, config.initial_q) {}

void QLearning::BeginEpisode(std::uint32_t episode, Phase phase) {
  const double progress = std::min(1.0, episode / static_cast<double>(config_.epsilon_episodes));
  training_ = phase == Phase::kTrain;
  epsilon_ = training_
                 ? config_.epsilon_start + progress * (config_.epsilon_end - config_.epsilon_start)
                 : 0;
}

ActionId QLearning::Act(const Observation& seen, const Noise& noise) {
  const std::uint32_t state = discretizer_.State(seen);
  if (!training_) {
    WordStream ties = FixedTies(state);
    return table_.Greedy(state, ties);
  }
  WordStream explore = noise.Words(Stream::kExplore);
  if (Uniform01(explore) < epsilon_)
    return UniformIndex(explore, static_cast<std::uint32_t>(actions_));
  WordStream ties = noise.Words(Stream::kTie);
  return table_.Greedy(state, ties);
}

void QLearning::Learn(const Transition& t) {
  TabularStep step{.state = discretizer_.State(t.before),
                   .action = t.action,
                   .reward = t.reward,
                   .learning_rate = config_.learning_rate,
                   .discount = config_.discount};
  if (t.after) step.next = discretizer_.State(*t.after);
  MoveToBestNext(table_, step);
}

PolicyState QLearning::Save() const { return {{"q", table_.Flat()}}; }

void QLearning::Load(const PolicyState& state) {
  table_.SetFlat(StatePart(state, "q", table_.size()));
}

std::unique_ptr<Policy> QLearningConfig::Make(const PolicyContext& context) const {
  return std::make_unique<QLearning>(*this, context.actions, context.requests, context.classes);
}

}  // namespace edgesim
