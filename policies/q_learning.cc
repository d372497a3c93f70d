#include "policies/q_learning.h"

#include <algorithm>

namespace edgesim {

namespace {

Discretizer MakeDiscretizer(const QLearningConfig& config, std::uint32_t requests,
                            std::uint32_t classes) {
  const auto reads = [&](const char* feature) {
    return std::find(config.features.begin(), config.features.end(), feature) !=
           config.features.end();
  };
  return {.energy_bins = reads("energy") ? config.energy_bins : 1,
          .requests = reads("requests_left") ? requests : 1,
          .classes = reads("category") ? classes : 1};
}

}  // namespace

QLearning::QLearning(const QLearningConfig& config, std::size_t actions, std::uint32_t requests,
                     std::uint32_t classes)
    : config_(config),
      actions_(actions),
      discretizer_(MakeDiscretizer(config, requests, classes)),
      table_(discretizer_.States(), actions, config.initial_q) {}

void QLearning::BeginEpisode(std::uint32_t episode, Phase phase) {
  const double progress = std::min(1.0, episode / static_cast<double>(config_.epsilon_episodes));
  epsilon_ = phase == Phase::kTrain
                 ? config_.epsilon_start + progress * (config_.epsilon_end - config_.epsilon_start)
                 : 0;
}

ActionId QLearning::Act(const Observation& seen, const Noise& noise) {
  WordStream explore = noise.Words(Stream::kExplore);
  if (Uniform01(explore) < epsilon_)
    return UniformIndex(explore, static_cast<std::uint32_t>(actions_));
  WordStream ties = noise.Words(Stream::kTie);
  return table_.Greedy(discretizer_.State(seen), ties);
}

void QLearning::Learn(const Transition& t) {
  const double future = t.after ? config_.discount * table_.Best(discretizer_.State(*t.after)) : 0;
  table_.Move(discretizer_.State(t.before), t.action, t.reward + future, config_.learning_rate);
}

std::unique_ptr<Policy> QLearningConfig::Make(const PolicyContext& context) const {
  return std::make_unique<QLearning>(*this, context.actions, context.requests, context.classes);
}

}  // namespace edgesim
