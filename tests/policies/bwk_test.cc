// The bandit with knapsacks: bounds and prices by hand, the pace within an episode, saving.
#include "policies/bwk.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/input_error.h"
#include "tests/support/trained.h"

namespace edgesim {
namespace {

constexpr double kRounding = 1e-12;

TEST(BwkRuleTest, BoundsByHand) {
  BwkArm arm;
  EXPECT_EQ(arm.Score(1, 0, 0), INFINITY);
  arm.Update(0.5, 1);
  arm.Update(0.9, 2);
  EXPECT_NEAR(arm.Score(0.2, 0, 100), 0.7 - 0.2 * 1.5, kRounding);
  // ln(1 + (e - 1)) = 1: the radius is sqrt(.02 / 2) = .1.
  EXPECT_NEAR(arm.Score(0.2, 0.02, std::exp(1) - 1), 0.8 - 0.2 * 1.4, kRounding);
  // The cost's bound is 0 at least: radius 2.
  EXPECT_NEAR(arm.Score(0.2, 8, std::exp(1) - 1), 2.7, kRounding);
}

TEST(BwkRuleTest, PricesByHand) {
  EXPECT_NEAR(MovedPrice(0.3, 1.5, 1, 0.2, 4), 0.35, kRounding);
  EXPECT_EQ(MovedPrice(0.1, 0, 1, 1, 1), 0);
}

Observation See(double share, std::uint32_t requests_left) {
  return {.energy_left = Joules(100 * share),
          .energy_budget = Joules(100),
          .requests_left = requests_left};
}

TEST(KnapsackBanditTest, ThePriceRisesWithWhatWasSpentBeyondTheEvenPace) {
  KnapsackBandit policy({.step = 0.1, .pace = 0.05}, {.actions = 2, .requests = 10});
  policy.BeginEpisode(0, Phase::kTrain);
  EXPECT_EQ(policy.Price(See(1, 10)), 0);
  policy.Learn({.before = See(1, 10), .action = 0, .reward = 0.5, .energy = Joules(30)});
  EXPECT_NEAR(policy.Price(See(1, 10)), 0.2, kRounding);              // .1 (3 even shares - 1)
  EXPECT_NEAR(policy.Price(See(0.4, 8)), 0.2 + 0.05 * 4, kRounding);  // 4 shares ahead
  EXPECT_EQ(policy.Price(See(1, 2)), 0);                              // 8 behind
}

TEST(KnapsackBanditTest, KeysChangeAResultAndAStateOfOtherSizesIsRefused) {
  const DecisionModel model = SmallProblem();
  const PolicyContext context = ContextOf(model, 60);
  const auto print = [&](BwkConfig config) {
    return Fingerprint(model, *config.Make(context), 60);
  };
  const auto usual = print({});
  EXPECT_NE(print({.exploration = 0.5}), usual);
  EXPECT_NE(print({.step = 0.5}), usual);
  EXPECT_NE(print({.pace = 0.5}), usual);
  const auto policy = BwkConfig{}.Make(context);
  Train(model, *policy, 8, 0, 60);
  PolicyContext other = context;
  ++other.actions;
  EXPECT_THROW(BwkConfig{}.Make(other)->Load(policy->Save()), InputError);
}

TEST(KnapsackBanditTest, DoesNotAskAgainForWhatWasRefused) {
  KnapsackBandit policy({}, {.actions = 2, .requests = 10});
  policy.BeginEpisode(0, Phase::kTrain);
  ASSERT_EQ(policy.Act(See(1, 10), {}), 0U);
  policy.Learn({.before = See(1, 10), .action = 1, .reward = -1});
  EXPECT_EQ(policy.Act(See(1, 10), {}), 1U);
}

// Better than random (9.06 and 8.78) by far, and short of the optimum (15.05, 16.21).
TEST(KnapsackBanditTest, LevelsOnPresets) {
  for (const auto& [preset, low, high] :
       {std::tuple{kS2, 12.0, 15.05}, std::tuple{kS5, 13.0, 16.2}}) {
    const DecisionModel model = ModelOf(preset, 200);
    double reward = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const auto policy = BwkConfig{}.Make(ContextOf(model, 300));
      Train(model, *policy, seed, 0, 300);
      reward += TryFrozen(model, *policy, seed, 100).reward / 10;
    }
    EXPECT_GT(reward, low);
    EXPECT_LT(reward, high);
  }
}

}  // namespace
}  // namespace edgesim
