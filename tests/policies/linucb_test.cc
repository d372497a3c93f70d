// LinUCB: ridge regression by hand, features, what counts as reward, saving.
#include "policies/linucb.h"

#include <gtest/gtest.h>

#include "sim/input_error.h"
#include "tests/support/trained.h"

namespace edgesim {
namespace {

constexpr double kRounding = 1e-12;

TEST(LinUcbRuleTest, ByHand) {
  LinUcbRule rule(2, 2);
  const Eigen::Vector2d x(1, 1), y(1, 0);
  EXPECT_EQ(rule.Mean(x), 0);
  EXPECT_NEAR(rule.Width(x), 1, kRounding);  // x' x / 2
  rule.Update(x, 3);
  // A = [3 1; 1 3], its inverse [3 -1; -1 3] / 8; b = (3, 3); theta = (.75, .75).
  EXPECT_NEAR(rule.Mean(x), 1.5, kRounding);
  EXPECT_NEAR(rule.Mean(y), 0.75, kRounding);
  EXPECT_NEAR(rule.Width(y), std::sqrt(3.0 / 8), kRounding);
  rule.Update(y, -1);
  // A = [4 1; 1 3], its inverse [3 -1; -1 4] / 11; b = (2, 3).
  EXPECT_NEAR(rule.Mean(y), 3.0 / 11, kRounding);
  EXPECT_NEAR(rule.Mean(x), 13.0 / 11, kRounding);
  EXPECT_NEAR(rule.Width(x), std::sqrt(5.0 / 11), kRounding);
}

Observation See(double share, std::uint32_t requests_left, std::uint32_t class_id = 0) {
  return {.energy_left = Joules(100 * share),
          .energy_budget = Joules(100),
          .requests_left = requests_left,
          .class_id = class_id};
}

TEST(LinUcbTest, FeaturesAreClassOneAndTheEvenShareOfWhatIsLeft) {
  const LinUcb policy({}, {.actions = 2, .requests = 10, .classes = 3});
  const Eigen::VectorXd x = policy.Features(See(0.6, 8, 1));
  ASSERT_EQ(x.size(), 5);
  EXPECT_EQ(x[0], 0);
  EXPECT_EQ(x[1], 1);
  EXPECT_EQ(x[2], 0);
  EXPECT_EQ(x[3], 1);
  EXPECT_NEAR(x[4], 0.75, kRounding);
  EXPECT_EQ(policy.Features(See(0.6, 1))[4], 2);
}

// Action 1 earns more but takes more than the even share of 10 J.
TEST(LinUcbTest, TheObjectiveSaysWhetherADearRequestCounts) {
  const auto choice = [](const char* objective) {
    LinUcbConfig config;
    config.objective = objective;
    LinUcb policy(config, {.actions = 2, .requests = 10});
    policy.BeginEpisode(0, Phase::kTrain);
    for (int i = 0; i < 20; ++i) {
      policy.Learn({.before = See(1, 10), .action = 0, .reward = 0.5, .energy = Joules(5)});
      policy.Learn({.before = See(1, 10), .action = 1, .reward = 0.9, .energy = Joules(12)});
    }
    policy.BeginEpisode(0, Phase::kEval);
    return policy.Act(See(1, 10), {});
  };
  EXPECT_EQ(choice("within_share"), 0U);
  EXPECT_EQ(choice("reward"), 1U);
}

TEST(LinUcbTest, KeysChangeAResultAndAStateOfOtherSizesIsRefused) {
  const DecisionModel model = SmallProblem();
  const PolicyContext context = ContextOf(model, 60);
  const auto print = [&](LinUcbConfig config) {
    return Fingerprint(model, *config.Make(context), 60);
  };
  const auto usual = print({});
  EXPECT_NE(print({.alpha = 0.1}), usual);
  EXPECT_NE(print({.ridge = 0.05}), usual);
  const auto policy = LinUcbConfig{}.Make(context);
  Train(model, *policy, 8, 0, 60);
  PolicyContext other = context;
  ++other.actions;
  EXPECT_THROW(LinUcbConfig{}.Make(other)->Load(policy->Save()), InputError);
}

TEST(LinUcbTest, DoesNotAskAgainForWhatWasRefused) {
  LinUcb policy({}, {.actions = 2, .requests = 10});
  policy.BeginEpisode(0, Phase::kTrain);
  const ActionId asked = policy.Act(See(1, 10), {});
  policy.Learn({.before = See(1, 10), .action = 1 - asked, .reward = -1});
  EXPECT_EQ(policy.Act(See(1, 10), {}), 1 - asked);
}

// Better than random (9.06 and 8.78) by far, and short of the optimum (15.05, 16.21): it paces
// request by request.
TEST(LinUcbTest, LevelsOnPresets) {
  for (const auto& [preset, low, high] :
       {std::tuple{kS2, 13.5, 15.05}, std::tuple{kS5, 15.2, 16.2}}) {
    const DecisionModel model = ModelOf(preset, 200);
    double reward = 0;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const auto policy = LinUcbConfig{}.Make(ContextOf(model, 300));
      Train(model, *policy, seed, 0, 300);
      reward += TryFrozen(model, *policy, seed, 200).reward / 5;
    }
    EXPECT_GT(reward, low);
    EXPECT_LT(reward, high);
  }
}

}  // namespace
}  // namespace edgesim
