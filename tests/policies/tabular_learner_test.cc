// The learner that all rules on tables share: exploration, learning rates, late updates, freezing.
#include "policies/tabular_learner.h"

#include <gtest/gtest.h>

#include "policies/one_table_rule.h"
#include "tests/support/trained.h"

namespace edgesim {
namespace {

constexpr double kRounding = 1e-12;

// Writes down what it is told.
class Diary final : public OneTableRule {
 public:
  Diary(std::uint32_t states, std::size_t actions, bool waits)
      : OneTableRule(states, actions), waits_(waits) {}
  bool NeedsNextAction() const override { return waits_; }
  void BeginEpisode() override { steps.clear(); }
  void Update(const TabularStep& step, const Noise& noise) override {
    steps.push_back(step);
    seeds.push_back(noise.entity);
  }
  std::vector<TabularStep> steps;
  std::vector<std::uint32_t> seeds;

 private:
  bool waits_;
};

const Diary& DiaryOf(const TabularLearner& learner) {
  return dynamic_cast<const Diary&>(learner.Rule());
}

Observation See(double share, std::uint32_t requests_left) {
  return {.energy_left = Joules(share * 1000),
          .energy_budget = Joules(1000),
          .requests_left = requests_left};
}

const PolicyContext kContext{.actions = 3, .requests = 2, .train_episodes = 400};

TEST(TabularLearnerTest, EpsilonFallsLinearlyOverItsShareThenStays) {
  EXPECT_NEAR(EpsilonOf(0, 0.75, 400), 1, kRounding);
  EXPECT_NEAR(EpsilonOf(150, 0.75, 400), 0.525, kRounding);
  EXPECT_NEAR(EpsilonOf(300, 0.75, 400), 0.05, kRounding);
  EXPECT_NEAR(EpsilonOf(399, 0.75, 400), 0.05, kRounding);
  EXPECT_NEAR(EpsilonOf(0, 0, 400), 0.05, kRounding);
  EXPECT_NEAR(EpsilonOf(5, 0.75, 0), 0.05, kRounding);
}

TEST(TabularLearnerTest, TheRateIsOneOverTheVisitsDownToItsFloor) {
  TabularConfig config;
  config.energy_bins = 2;
  config.learning_rate_floor = 0.4;
  config.discount = 0.9;
  const auto learner = MakeTabularLearner<Diary>(config, kContext, false);
  learner->BeginEpisode(0, Phase::kTrain);
  for (int i = 0; i < 3; ++i)
    learner->Learn({.before = See(0.9, 2), .action = 1, .reward = 0.5, .after = See(0.2, 1)});
  learner->Learn({.before = See(0.9, 2), .action = 2, .reward = 0.7, .after = std::nullopt});
  const auto& steps = DiaryOf(*learner).steps;
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_EQ(steps[0].learning_rate, 1);
  EXPECT_EQ(steps[1].learning_rate, 0.5);
  EXPECT_EQ(steps[2].learning_rate, 0.4);
  EXPECT_EQ(steps[3].learning_rate, 1);  // another action
  EXPECT_EQ(steps[2].rate_floor, 0.4);
  EXPECT_EQ(steps[2].discount, 0.9);
  EXPECT_EQ(steps[2].epsilon, 1);
  EXPECT_EQ(steps[2].state, 3U);  // (bin 1, the first of two requests)
  EXPECT_EQ(steps[2].next, 0U);
  EXPECT_EQ(steps[3].next, std::nullopt);
}

TEST(TabularLearnerTest, ARuleThatNeedsTheNextActionGetsItWithTheNextChoice) {
  const auto learner = MakeTabularLearner<Diary>(TabularConfig{}, kContext, true);
  learner->BeginEpisode(0, Phase::kTrain);
  const Noise noise{.seed = 3};
  const auto& steps = DiaryOf(*learner).steps;
  const ActionId first = learner->Act(See(1, 2), noise.Of(7));
  learner->Learn({.before = See(1, 2), .action = first, .reward = 0.5, .after = See(0.5, 1)});
  EXPECT_TRUE(steps.empty());
  const ActionId second = learner->Act(See(0.5, 1), noise.Of(8));
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].next_action, second);
  EXPECT_EQ(DiaryOf(*learner).seeds, (std::vector<std::uint32_t>{7}));
  learner->Learn({.before = See(0.5, 1), .action = second, .reward = 0.1, .after = std::nullopt});
  ASSERT_EQ(steps.size(), 2U);  // nothing follows: nothing to wait for
  EXPECT_EQ(DiaryOf(*learner).seeds.back(), 8U);
}

TEST(TabularLearnerTest, FrozenItNeitherExploresNorLearns) {
  const auto learner = MakeTabularLearner<Diary>(TabularConfig{}, kContext, true);
  learner->BeginEpisode(0, Phase::kTrain);
  learner->Learn({.before = See(0.5, 1), .action = 2, .reward = 1, .after = std::nullopt});
  const PolicyState before = learner->Save();
  for (const Phase phase : {Phase::kEval, Phase::kModel, Phase::kBootstrap}) {
    learner->BeginEpisode(0, phase);
    for (std::uint32_t i = 0; i < 50; ++i)
      EXPECT_EQ(learner->Act(See(0.5, 1), Noise{.seed = 1, .phase = phase}.Of(i)), 2U);
  }
  EXPECT_EQ(learner->Save(), before);
}

TEST(TabularLearnerTest, TrainingTiesAreRandom) {
  TabularConfig config;
  config.epsilon_share = 0;  // 0.05 from the start
  const auto learner = MakeTabularLearner<Diary>(config, kContext, false);
  learner->BeginEpisode(0, Phase::kTrain);
  std::vector<int> taken(3, 0);
  for (std::uint32_t i = 0; i < 3000; ++i)
    ++taken[learner->Act(See(0.5, 1), Noise{.seed = 1}.Of(i))];
  for (const int n : taken) EXPECT_NEAR(n, 1000, 4 * 25.8);  // four standard errors
}

}  // namespace
}  // namespace edgesim
