// Fluid re-solving: its mixture, and published rewards.
#include "policies/fluid.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/presets.h"

namespace edgesim {
namespace {

TEST(FluidTest, MixesTheNeighboursOfAnEvenShareAtRandom) {
  const DecisionModel model = Filled(ModelOf(kS2, 200));
  const auto policy = FluidConfig{}.Make({.model = &model});
  constexpr int kDraws = 10'000;
  int upper = 0;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const Observation seen{.energy_left = Joules(35), .requests_left = 5};  // 7: of 6.0 and 8.4
    const ActionId action = policy->Act(seen, Noise{.seed = 3}.Of(i));
    ASSERT_TRUE(action == 1 || action == 2);
    EXPECT_EQ(policy->Act(seen, Noise{.seed = 3}.Of(i)), action);
    upper += action == 2;
  }
  constexpr double kShare = 1 / 2.4;
  EXPECT_NEAR(upper / double{kDraws}, kShare, 4 * std::sqrt(kShare * (1 - kShare) / kDraws));
}

TEST(FluidTest, TheEndsOfTheHullAreTakenAlways) {
  const DecisionModel model = Filled(ModelOf(kS2, 200));
  Fluid policy(model);
  for (std::uint32_t i = 0; i < 50; ++i) {
    const Noise noise = Noise{.seed = 4}.Of(i);
    EXPECT_EQ(policy.Act({.energy_left = Joules(3), .requests_left = 1}, noise), 0U);
    EXPECT_EQ(policy.Act({.energy_left = Joules(23), .requests_left = 1}, noise), 5U);
    EXPECT_EQ(policy.Act({.energy_left = Joules(60), .requests_left = 10}, noise), 1U);
  }
}

// The project's reference notes on constrained MDPs, section 4.1: 40,000 episodes, two decimals.
TEST(FluidTest, PublishedRewards) {
  struct {
    const Preset& preset;
    double reward, use;
  } const rows[] = {{kS1, 14.71, .993}, {kS2, 12.66, .990}, {kS3, 15.30, .868}, {kS5, 14.23, .991}};
  for (const auto& row : rows) {
    const DecisionModel model = Filled(ModelOf(row.preset, 200));
    Fluid policy(model);
    constexpr int kEpisodes = 40'000;
    double reward = 0, energy_j = 0;
    for (std::uint32_t i = 0; i < kEpisodes; ++i) {
      const ModelEpisode episode =
          PlayModel(model, policy, "fluid", {.seed = 11, .episode = i, .phase = Phase::kEval});
      reward += episode.reward;
      energy_j += episode.energy_j;
    }
    EXPECT_NEAR(reward / kEpisodes, row.reward, 0.025);  // 0.02 and half a digit
    EXPECT_NEAR(energy_j / kEpisodes / 200, row.use, 1.5e-3);
  }
}

}  // namespace
}  // namespace edgesim
