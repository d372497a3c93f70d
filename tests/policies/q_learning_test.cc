// Tabular Q-learning: updates by hand, epsilon schedule, exploration, toys it must solve.
#include "policies/q_learning.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "sim/input_error.h"
#include "tests/support/trained.h"

namespace edgesim {
namespace {

constexpr double kRounding = 1e-12;  // of a handful of additions of numbers near 1

Observation See(double share, std::uint32_t requests_left = 1, std::uint32_t class_id = 0) {
  return {.energy_left = Joules(share * 1000),
          .energy_budget = Joules(1000),
          .requests_left = requests_left,
          .class_id = class_id};
}

TEST(QLearningTest, UpdatesAreWatkinsRule) {
  QLearningConfig config;
  config.energy_bins = 2;
  config.learning_rate = 0.5;
  config.discount = 0.8;
  QLearning learner(config, 2, 20, 1);
  learner.BeginEpisode(0, Phase::kTrain);
  // Upper half is state 1, lower half state 0.
  learner.Learn({.before = See(0.2), .action = 1, .reward = 1, .after = std::nullopt});
  EXPECT_NEAR(learner.Table().Value(0, 1), 0.5, kRounding);  // 0 + .5 (1 - 0): nothing follows
  learner.Learn({.before = See(0.9), .action = 0, .reward = 0.6, .after = See(0.2)});
  EXPECT_NEAR(learner.Table().Value(1, 0), 0.5, kRounding);  // .5 (.6 + .8 * .5)
  learner.Learn({.before = See(0.9), .action = 0, .reward = 0.2, .after = See(0.7)});
  EXPECT_NEAR(learner.Table().Value(1, 0), 0.55, kRounding);  // .5 + .5 (.2 + .8 * .5 - .5)
  learner.Learn({.before = See(0.2), .action = 0, .reward = -1, .after = See(0.1)});
  EXPECT_NEAR(learner.Table().Value(0, 0), -0.3, kRounding);  // .5 (-1 + .8 * max(0, .5))
  EXPECT_EQ(learner.Table().Value(1, 1), 0);
}

TEST(QLearningTest, ATerminalTransitionDoesNotBootstrapFromTheInitialValue) {
  QLearningConfig config;
  config.learning_rate = 1;
  config.initial_q = 7;
  QLearning learner(config, 3, 20, 1);
  learner.BeginEpisode(0, Phase::kTrain);
  learner.Learn({.before = See(0.05), .action = 2, .reward = 0.25, .after = std::nullopt});
  EXPECT_EQ(learner.Table().Value(0, 2), 0.25);
  learner.Learn({.before = See(0.15), .action = 2, .reward = 0.25, .after = See(0.05)});
  EXPECT_NEAR(learner.Table().Value(1, 2), 0.25 + 0.9 * 7, kRounding);
}

TEST(QLearningTest, FeaturesSizeTheTable) {
  const auto states = [](std::vector<std::string> features) {
    QLearningConfig config;
    config.features = std::move(features);
    config.energy_bins = 10;
    QLearning learner(config, 2, 20, 6);
    // The top state of all: full budget, all requests left, the last class.
    learner.BeginEpisode(0, Phase::kTrain);
    learner.Learn({.before = See(1, 20, 5), .action = 1, .reward = 1, .after = std::nullopt});
    std::uint32_t at = 0;
    while (learner.Table().Value(at, 1) == 0) ++at;
    return at + 1;
  };
  EXPECT_EQ(states({"energy"}), 10U);
  EXPECT_EQ(states({"requests_left"}), 20U);
  EXPECT_EQ(states({"category"}), 6U);
  EXPECT_EQ(states({"category", "energy"}), 60U);
  EXPECT_EQ(states({"energy", "requests_left", "category"}), 1200U);
}

TEST(QLearningTest, EpsilonFallsLinearlyThenStays) {
  QLearning learner(QLearningConfig{}, 6, 20, 6);
  const std::vector<std::pair<std::uint32_t, double>> schedule = {
      {0, 1}, {75, 0.525}, {150, 0.05}, {151, 0.05}, {1000, 0.05}, {30, 0.81}};
  for (const auto& [episode, epsilon] : schedule) {
    learner.BeginEpisode(episode, Phase::kTrain);
    EXPECT_NEAR(learner.Epsilon(), epsilon, kRounding) << episode;
  }
}

TEST(QLearningTest, OutsideTrainingThereIsNoExploration) {
  QLearning learner(QLearningConfig{}, 6, 20, 6);
  learner.BeginEpisode(0, Phase::kTrain);
  learner.Learn({.before = See(0.5), .action = 4, .reward = 1, .after = std::nullopt});
  for (const Phase phase : {Phase::kEval, Phase::kModel, Phase::kBootstrap}) {
    learner.BeginEpisode(0, phase);
    EXPECT_EQ(learner.Epsilon(), 0);
    for (std::uint32_t i = 0; i < 100; ++i) {
      EXPECT_EQ(learner.Act(See(0.5), Noise{.seed = 1, .phase = phase}.Of(i)), 4U);
    }
  }
  learner.BeginEpisode(0, Phase::kTrain);
  EXPECT_EQ(learner.Epsilon(), 1);
}

TEST(QLearningTest, ExploresEpsilonOfTheTimeUniformly) {
  QLearningConfig config;
  config.epsilon_start = config.epsilon_end = 0.4;
  QLearning learner(config, 4, 20, 1);
  learner.BeginEpisode(0, Phase::kTrain);
  learner.Learn({.before = See(0.5), .action = 2, .reward = 1, .after = std::nullopt});
  constexpr int kDraws = 20'000;
  std::vector<int> taken(4, 0);
  for (std::uint32_t i = 0; i < kDraws; ++i)
    ++taken[learner.Act(See(0.5), Noise{.seed = 21}.Of(i))];
  for (ActionId a = 0; a < 4; ++a) {
    const double p = a == 2 ? 0.7 : 0.1;  // an exploring step takes any of the four
    EXPECT_NEAR(taken[a], kDraws * p, 4 * std::sqrt(kDraws * p * (1 - p))) << a;
  }
}

// Trains on a toy of 2 steps and returns all that can be seen from outside.
std::vector<double> TwoStepRun(const QLearningConfig& config) {
  constexpr std::size_t kActions = 3;
  QLearning learner(config, kActions, 2, 2);
  std::vector<double> seen;
  for (std::uint32_t episode = 0; episode < 40; ++episode) {
    learner.BeginEpisode(episode, Phase::kTrain);
    seen.push_back(learner.Epsilon());
    const Noise noise{.seed = 5, .episode = episode};
    const Observation first = See(0.15, 2, episode % 2), last = See(0.05, 1, 1);
    const ActionId a = learner.Act(first, noise.Of(0));
    learner.Learn({.before = first, .action = a, .reward = 0.1 * a, .after = last});
    const ActionId b = learner.Act(last, noise.Of(1));
    learner.Learn({.before = last, .action = b, .reward = 1 - 0.1 * b, .after = std::nullopt});
    seen.push_back(a);
    seen.push_back(b);
  }
  for (ActionId a = 0; a < kActions; ++a) seen.push_back(learner.Table().Value(0, a));
  for (ActionId a = 0; a < kActions; ++a) seen.push_back(learner.Table().Value(1, a));
  return seen;
}

TEST(QLearningTest, EveryConfigFieldMatters) {
  QLearningConfig base;
  base.epsilon_start = 0.5;
  base.epsilon_episodes = 20;
  const std::vector<double> reference = TwoStepRun(base);
  EXPECT_EQ(TwoStepRun(base), reference);
  const std::vector<std::pair<const char*, std::function<void(QLearningConfig&)>>> changes = {
      {"features", [](QLearningConfig& c) { c.features = {"category"}; }},
      {"energy_bins", [](QLearningConfig& c) { c.energy_bins = 2; }},
      {"learning_rate", [](QLearningConfig& c) { c.learning_rate = 0.1; }},
      {"discount", [](QLearningConfig& c) { c.discount = 0.5; }},
      {"epsilon_start", [](QLearningConfig& c) { c.epsilon_start = 0.6; }},
      {"epsilon_end", [](QLearningConfig& c) { c.epsilon_end = 0; }},
      {"epsilon_episodes", [](QLearningConfig& c) { c.epsilon_episodes = 30; }},
      {"initial_q", [](QLearningConfig& c) { c.initial_q = 2; }},
  };
  for (const auto& [name, change] : changes) {
    QLearningConfig config = base;
    change(config);
    EXPECT_NE(TwoStepRun(config), reference) << name;
  }
}

// Last but one request: action 0 earns 0.5 and ends the episode, action 1 earns 0.3 and lets a last
// request earn 1.
ActionId FirstChoiceAfterTraining(double discount) {
  QLearningConfig config;
  config.features = {"requests_left"};
  config.discount = discount;
  QLearning learner(config, 2, 2, 1);
  for (std::uint32_t episode = 0; episode < 300; ++episode) {
    learner.BeginEpisode(episode, Phase::kTrain);
    const Noise noise{.seed = 6, .episode = episode};
    const ActionId a = learner.Act(See(1, 2), noise.Of(0));
    if (a == 0) {
      learner.Learn({.before = See(1, 2), .action = 0, .reward = 0.5, .after = std::nullopt});
      continue;
    }
    learner.Learn({.before = See(1, 2), .action = 1, .reward = 0.3, .after = See(0.5, 1)});
    const ActionId b = learner.Act(See(0.5, 1), noise.Of(1));
    learner.Learn({.before = See(0.5, 1), .action = b, .reward = 1, .after = std::nullopt});
  }
  learner.BeginEpisode(0, Phase::kEval);
  return learner.Act(See(1, 2), Noise{.seed = 6, .phase = Phase::kEval});
}

TEST(QLearningTest, WaitsForTheLaterRewardUnlessItIsDiscountedAway) {
  EXPECT_EQ(FirstChoiceAfterTraining(0.9), 1U);  // .3 + .9 > .5
  EXPECT_EQ(FirstChoiceAfterTraining(0.1), 0U);  // .3 + .1 < .5
}

TEST(QLearningTest, LearnsTheBetterArmOfEachStateFromNoisyRewards) {
  QLearningConfig config;
  config.features = {"category"};
  config.learning_rate = 0.05;
  QLearning learner(config, 3, 1, 3);
  for (std::uint32_t episode = 0; episode < 3000; ++episode) {
    learner.BeginEpisode(episode, Phase::kTrain);
    const Noise noise{.seed = 7, .episode = episode};
    const std::uint32_t c = episode % 3;
    const ActionId a = learner.Act(See(1, 1, c), noise);
    WordStream words = noise.Words(Stream::kAnswer);
    // The best arm is the class; step size .05 leaves an sd of .2 * sqrt(.05/1.95) = .03 on a gap
    // of .3.
    const double reward = (a == c ? 0.7 : 0.4) + 0.2 * StandardNormal(words);
    learner.Learn({.before = See(1, 1, c), .action = a, .reward = reward, .after = std::nullopt});
  }
  learner.BeginEpisode(0, Phase::kEval);
  for (std::uint32_t c = 0; c < 3; ++c) {
    EXPECT_EQ(learner.Act(See(1, 1, c), Noise{.phase = Phase::kEval}), c);
  }
}

TEST(QLearningTest, FrozenTiesAreFixedPerState) {
  QLearning learner(QLearningConfig{}, 6, 20, 1);
  learner.BeginEpisode(0, Phase::kEval);
  std::vector<int> taken(6, 0);
  for (int bin = 0; bin < 10; ++bin) {
    const Observation seen = See(0.05 + 0.1 * bin);
    const ActionId a = learner.Act(seen, Noise{.seed = 1, .phase = Phase::kEval});
    for (std::uint32_t i = 1; i < 20; ++i)
      EXPECT_EQ(learner.Act(seen, Noise{.seed = i, .phase = Phase::kEval}.Of(i)), a);
    ++taken[a];
  }
  EXPECT_LT(*std::max_element(taken.begin(), taken.end()), 10);  // not the first action always
}

TEST(QLearningTest, LoadedInMidTrainingItGoesOnAsIfItHadNeverStopped) {
  const DecisionModel model = SmallProblem();
  const PolicyContext context = ContextOf(model, 60);
  const QLearningConfig config;
  const auto whole = config.Make(context), first = config.Make(context),
             second = config.Make(context);
  Train(model, *whole, 8, 0, 60);
  Train(model, *first, 8, 0, 30);
  EXPECT_NE(first->Save(), whole->Save());
  second->Load(first->Save());
  Train(model, *second, 8, 30, 60);
  EXPECT_EQ(second->Save(), whole->Save());
  QLearning larger(config, 7, 20, 1);
  EXPECT_THROW(larger.Load(whole->Save()), InputError);
}

// Levels of an independent program (the project's reference notes on constrained MDPs,
// section 4.3): mean training reward of the last 20 of 300 episodes, 200 seeds with a standard
// deviation of .6.
TEST(SlowQLearningLevels, AreTheReferenceProgramsAtItsSettings) {
  const auto level = [](const Preset& preset, std::uint32_t energy_bins) {
    const DecisionModel model = ModelOf(preset, 200);
    QLearningConfig config;
    config.energy_bins = energy_bins;
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      const auto policy = config.Make(ContextOf(model, 300));
      const std::vector<ModelEpisode> played = Train(model, *policy, 1000 + seed, 0, 300);
      for (std::size_t e = 280; e < 300; ++e) sum += played[e].reward;
    }
    return sum / (100 * 20);
  };
  constexpr double kNoise = 0.15;  // two standard errors of the difference
  EXPECT_NEAR(level(kS5, 10), 14.96, kNoise);
  EXPECT_NEAR(level(kS2, 10), 13.87, kNoise);
  EXPECT_NEAR(level(kS1, 5), 13.35, kNoise);
}

}  // namespace
}  // namespace edgesim
