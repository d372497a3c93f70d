// Optimistic primal-dual learning: prices settle at the optimum's from far below and above, and the
// constraint is kept close to the best reward.
#include "policies/optimistic_primal_dual.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/frozen_value.h"

namespace edgesim {
namespace {

// The reference's linear programme: S2 at budget 100, quality only, P(brown-out) <= .01.
constexpr double kOptimum = 15.1033, kPrice = 2.917;

DecisionModel QualityOnly() {
  DecisionModel model = ModelOf(kS2, 100);
  model.brown_out_reward = 0;
  model.constraints = {{CostKind::kBrownOut, 0.01}};
  return model;
}

// A learner after so many episodes, its price and what it is worth.
struct Learned {
  double lambda;
  FrozenValue value;
};
Learned LearnedFrom(double lambda_start, std::uint32_t episodes, std::uint64_t seed) {
  const DecisionModel model = QualityOnly();
  OptimisticPrimalDualConfig config;
  config.dual.lambda_start = lambda_start;
  OptimisticPrimalDual policy(config, ContextOf(model, episodes));
  Train(model, policy, seed, 0, episodes);
  return {policy.Multipliers()[0], ValueOfMixture(model, policy, 50)};
}

TEST(OptimisticPrimalDualTest, KeepsTheConstraintFromEitherSide) {
  for (const double start : {0.0, 100.0}) {
    const Learned learned = LearnedFrom(start, 1000, 2);
    EXPECT_LE(learned.value.brown_out, 0.01) << start;
    EXPECT_GT(learned.value.reward, 0.99 * kOptimum) << start;
    EXPECT_NEAR(learned.lambda, kPrice, 0.5 * kPrice) << start;
  }
}

TEST(OptimisticPrimalDualTest, ItsOwnKeysChangeAResult) {
  const DecisionModel model = QualityOnly();
  const auto path_of = [&](const std::function<void(OptimisticPrimalDualConfig&)>& change) {
    OptimisticPrimalDualConfig config;
    change(config);
    OptimisticPrimalDual policy(config, ContextOf(model, 40));
    std::vector<double> path;
    for (std::uint32_t e = 0; e < 40; ++e) {
      Train(model, policy, 2, e, e + 1);
      path.push_back(policy.Multipliers()[0]);
    }
    return path;
  };
  const auto usual = path_of([](OptimisticPrimalDualConfig&) {});
  EXPECT_NE(path_of([](OptimisticPrimalDualConfig& c) { c.epsilon = 0; }), usual);
  EXPECT_NE(path_of([](OptimisticPrimalDualConfig& c) { c.dual.lambda_start = 1; }), usual);
  EXPECT_NE(path_of([](OptimisticPrimalDualConfig& c) { c.dual.step = 1; }), usual);
  EXPECT_NE(path_of([](OptimisticPrimalDualConfig& c) { c.dual.step_floor = 2; }), usual);
  EXPECT_NE(path_of([](OptimisticPrimalDualConfig& c) { c.dual.regularisation = 0.1; }), usual);
}

TEST(OptimisticPrimalDualTest, ALimitThatDoesNotBindHasNoPrice) {
  DecisionModel model = QualityOnly();
  model.constraints = {{CostKind::kBrownOut, 0.5}};
  OptimisticPrimalDual policy({}, ContextOf(model, 300));
  Train(model, policy, 2, 0, 300);
  EXPECT_EQ(policy.Multipliers()[0], 0);
  EXPECT_GT(ValueOfFrozen(model, policy).reward, 0.99 * 15.1346);  // the unconstrained optimum
}

TEST(SlowOptimisticPrimalDualTest, PricesSettleWithin20PercentBy30000Episodes) {
  for (const double start : {0.0, 100.0}) {
    FrozenValue mean;
    constexpr int kSeeds = 10;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const Learned learned = LearnedFrom(start, 30000, seed);
      EXPECT_NEAR(learned.lambda, kPrice, 0.2 * kPrice) << start << " " << seed;
      EXPECT_GT(learned.value.reward, 0.99 * kOptimum) << start << " " << seed;
      mean.brown_out += learned.value.brown_out / kSeeds;
    }
    EXPECT_LE(mean.brown_out, 0.01);
  }
}

}  // namespace
}  // namespace edgesim
