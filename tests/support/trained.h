// Learners trained and tried on a decision model alone.
#pragma once

#include <string>
#include <vector>

#include "policies/context.h"
#include "tests/support/presets.h"

namespace edgesim {

constexpr double kRewardNoise = 0.15;  // sd of the reward of a request while learning

// What a learner is told of `model`.
inline PolicyContext ContextOf(const DecisionModel& model, std::uint32_t train_episodes) {
  return {.actions = model.actions(),
          .requests = model.requests,
          .classes = static_cast<std::uint32_t>(model.classes()),
          .train_episodes = train_episodes,
          .budget_ends_episode = model.budget_ends_episode,
          .constraints = model.constraints};
}

// Episodes from .. to - 1 of training.
inline std::vector<ModelEpisode> Train(const DecisionModel& model, Policy& policy,
                                       std::uint64_t seed, std::uint32_t from, std::uint32_t to) {
  std::vector<ModelEpisode> episodes;
  for (std::uint32_t e = from; e < to; ++e)
    episodes.push_back(
        PlayModel(model, policy, "learner", {.seed = seed, .episode = e}, kRewardNoise));
  return episodes;
}

// Episodes of the frozen policy.
struct Tried {
  double reward = 0, energy_j = 0, brown_outs = 0;  // means over episodes
};
inline Tried TryFrozen(const DecisionModel& model, Policy& policy, std::uint64_t seed,
                       std::uint32_t episodes) {
  Tried sum;
  for (std::uint32_t e = 0; e < episodes; ++e) {
    const ModelEpisode played =
        PlayModel(model, policy, "learner", {.seed = seed, .episode = e, .phase = Phase::kEval});
    sum.reward += played.reward / episodes;
    sum.energy_j += played.energy_j / episodes;
    sum.brown_outs += played.browned_out ? 1.0 / episodes : 0;
  }
  return sum;
}

// Two classes of three requests, energies so spread that budgets differ between episodes.
inline DecisionModel SmallProblem() {
  DecisionModel model = ModelOf(kS2, 100);
  model.requests = 6;
  model.energy_budget = Joules(25);
  model.class_probability = {0.5, 0.5};
  model.outlook.push_back(model.outlook[0]);
  for (ActionOutlook& outlook : model.outlook[1]) outlook.mean_score = 10 - outlook.mean_score;
  return model;
}

// Rewards of training followed by the energies of the frozen policy: any change in what a policy
// does shows.
inline std::vector<double> Fingerprint(const DecisionModel& model, Policy& policy,
                                       std::uint32_t train_episodes) {
  std::vector<double> seen;
  for (const ModelEpisode& e : Train(model, policy, 5, 0, train_episodes)) seen.push_back(e.reward);
  for (std::uint32_t e = 0; e < 20; ++e)
    seen.push_back(
        PlayModel(model, policy, "learner", {.seed = 5, .episode = e, .phase = Phase::kEval})
            .energy_j);
  return seen;
}

}  // namespace edgesim
