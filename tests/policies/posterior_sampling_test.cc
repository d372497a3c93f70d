// Posterior sampling: it explores without being told to, and the levels it reaches.
#include "policies/posterior_sampling.h"

#include <gtest/gtest.h>

#include "policies/certainty_equivalent.h"
#include "tests/support/frozen_value.h"

namespace edgesim {
namespace {

constexpr double kOptimumS2 = 15.053626,
                 kOptimumS5 = 16.211996;  // exact, as exact_dp_test has them

// Two actions that differ by less than a few tries tell: planning on the estimate alone sticks to
// the one that was lucky, posterior draws go on trying both.
TEST(PosteriorSamplingTest, TriesWhatMayBeBetter) {
  const DecisionModel model =
      ModelOf({.quality = {0.70, 0.72}, .cost = {4, 4}, .variation = 0.3, .penalty = 0}, 200);
  const auto least_tried = [&](const auto& config, std::uint64_t seed) {
    const auto policy = config.Make(ContextOf(model, 30));
    Train(model, *policy, seed, 0, 30);
    const auto tries = policy->Save().at("model.tries");
    return std::min(tries[1], tries[4]);
  };
  CertaintyEquivalentConfig greedy;
  greedy.epsilon = 0;
  double sampled = 0, stuck = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    sampled += least_tried(PosteriorSamplingConfig{}, seed) / 20;
    stuck += least_tried(greedy, seed) / 20;
  }
  EXPECT_GT(sampled, 2 * stuck);
}

TEST(PosteriorSamplingTest, NearTheOptimumAfter300Episodes) {
  EXPECT_GT(LevelOf(PosteriorSamplingConfig{}, kS2, 300, 5).mean, 0.99 * kOptimumS2);
  EXPECT_GT(LevelOf(PosteriorSamplingConfig{}, kS5, 300, 5).mean, 0.99 * kOptimumS5);
}

TEST(SlowPosteriorSamplingTest, LevelsOver100Seeds) {
  for (const auto& [preset, optimum] : {std::pair{kS2, kOptimumS2}, {kS5, kOptimumS5}}) {
    const LearnedLevel early = LevelOf(PosteriorSamplingConfig{}, preset, 300, 100);
    EXPECT_GT(early.mean - early.half_width, 0.99 * optimum);
    const LearnedLevel late = LevelOf(PosteriorSamplingConfig{}, preset, 3000, 100);
    EXPECT_GT(late.mean - late.half_width, 0.995 * optimum);
  }
}

}  // namespace
}  // namespace edgesim
