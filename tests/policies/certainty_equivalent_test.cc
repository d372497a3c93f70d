// Certainty equivalence: how it explores, the levels it reaches, the constraint it keeps.
#include "policies/certainty_equivalent.h"

#include <gtest/gtest.h>

#include "tests/support/frozen_value.h"

namespace edgesim {
namespace {

constexpr double kOptimumS2 = 15.053626,
                 kOptimumS5 = 16.211996;  // exact, as exact_dp_test has them

TEST(CertaintyEquivalentTest, ExploresLessAndLess) {
  EXPECT_EQ(FallingShare(2, 0), 1);
  EXPECT_NEAR(FallingShare(2, 8), 2.0 / 3, 1e-12);
  // The second action is better and as cheap: the share of the first falls with epsilon.
  DecisionModel model =
      ModelOf({.quality = {0.2, 0.9}, .cost = {4, 4}, .variation = 0.3, .penalty = 0}, 200);
  const auto share = [&](double epsilon, std::uint32_t from) {
    CertaintyEquivalentConfig config;
    config.epsilon = epsilon;
    const auto policy = config.Make(ContextOf(model, 400));
    Train(model, *policy, 1, 0, from);
    const double before = policy->Save().at("model.tries")[1];
    Train(model, *policy, 1, from, from + 200);
    return (policy->Save().at("model.tries")[1] - before) / (200 * 20);
  };
  EXPECT_EQ(share(0, 200), 0);
  // Half of the mean of 1 / sqrt(1 + e) for e = 200 .. 399, within five standard errors.
  const double expected = (std::sqrt(401.0) - std::sqrt(201.0)) / 200;
  EXPECT_NEAR(share(1, 200), expected, 5 * std::sqrt(expected / 4000));
}

TEST(CertaintyEquivalentTest, NearTheOptimumAfter300Episodes) {
  EXPECT_GT(LevelOf(CertaintyEquivalentConfig{}, kS2, 300, 5).mean, 0.99 * kOptimumS2);
  EXPECT_GT(LevelOf(CertaintyEquivalentConfig{}, kS5, 300, 5).mean, 0.99 * kOptimumS5);
}

TEST(CertaintyEquivalentTest, KeepsAConstraint) {
  DecisionModel model = ModelOf(kS2, 100);
  model.brown_out_reward = 0;
  model.constraints = {{CostKind::kBrownOut, 0.01}};
  const auto policy = CertaintyEquivalentConfig{}.Make(ContextOf(model, 1000));
  Train(model, *policy, 1, 0, 1000);
  const FrozenValue value = ValueOfMixture(model, *policy, 50);
  EXPECT_LE(value.brown_out, 0.01);
  EXPECT_GT(value.reward, 0.99 * 15.1033);  // of the reference's linear programme
}

TEST(SlowCertaintyEquivalentTest, LevelsOver100Seeds) {
  for (const auto& [preset, optimum] : {std::pair{kS2, kOptimumS2}, {kS5, kOptimumS5}}) {
    const LearnedLevel early = LevelOf(CertaintyEquivalentConfig{}, preset, 300, 100);
    EXPECT_GT(early.mean - early.half_width, 0.99 * optimum);
    const LearnedLevel late = LevelOf(CertaintyEquivalentConfig{}, preset, 3000, 100);
    EXPECT_GT(late.mean - late.half_width, 0.995 * optimum);
  }
}

}  // namespace
}  // namespace edgesim
