// Backward induction against enumeration: values, costs and policies, with and without model
// switches and a budget that ends the episode.
#include "policies/backward_induction.h"

#include <gtest/gtest.h>

#include <vector>

#include "policies/exact_dp.h"
#include "policies/resident_tracker.h"
#include "tests/support/presets.h"
#include "tests/support/small_models.h"

namespace edgesim {
namespace {

constexpr double kRounding = 1e-12;  // sums of a few hundred terms below 100
constexpr CostKind kCosts[] = {CostKind::kEnergy, CostKind::kBrownOut, CostKind::kCapExceedance,
                               CostKind::kLateness};

struct Variant {
  bool switches, budget_ends;
};
constexpr Variant kVariants[] = {{false, true}, {true, true}, {false, false}, {true, false}};

DecisionModel VariantOf(std::uint32_t seed, const Variant& variant) {
  DecisionModel model = WithViolations(Filled(SmallModel(seed, 2, 3, 6, 3)));
  if (variant.switches) model = WithSwitches(model);
  model.budget_ends_episode = variant.budget_ends;
  return model;
}

std::uint32_t Start(const DecisionModel& model) {
  return model.model_switch ? model.model_switch->resident_at_start : 0;
}

TEST(PropertyBackwardInductionTest, ValuesEqualEnumeration) {
  for (const Variant& variant : kVariants) {
    for (std::uint32_t seed = 1; seed <= 8; ++seed) {
      const DecisionModel model = VariantOf(seed, variant);
      EXPECT_NEAR(ExactPlan(model).Value(),
                  EnumerateBest(model, {1, 0, 0, 0, 0}, 6, 3, Start(model)), kRounding);
    }
  }
}

TEST(PropertyBackwardInductionTest, CostsOfAnyPolicyEqualEnumeration) {
  for (const Variant& variant : kVariants) {
    for (std::uint32_t seed = 1; seed <= 8; ++seed) {
      const DecisionModel model = VariantOf(seed, variant);
      const EpisodeDynamics d = DynamicsOf(model);
      WordStream words = Noise{.seed = seed}.Words(Stream::kTie);
      ActionGrid actions(3 * d.models() * 2 * d.points());
      for (ActionId& a : actions) a = UniformIndex(words, 3);
      const Sums expected = EnumerateEpisode(
          model,
          [&](std::uint32_t left, std::uint32_t resident, std::size_t c, int energy) {
            const int e = variant.budget_ends ? energy : 0;
            return actions[GridIndex(d, left, resident, c, static_cast<std::size_t>(e))];
          },
          6, 3, Start(model));
      EXPECT_NEAR(Evaluate(d, RewardOf(model), actions), expected[0], kRounding);
      for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_NEAR(Evaluate(d, PayoffOf(model, kCosts[i]), actions), expected[i + 1], kRounding)
            << seed << " cost " << i;
      }
    }
  }
}

TEST(PropertyBackwardInductionTest, TheBestActionsAttainTheValueOfEachPayoff) {
  for (const Variant& variant : kVariants) {
    const DecisionModel model = VariantOf(3, variant);
    const EpisodeDynamics d = DynamicsOf(model);
    for (const CostKind kind : kCosts) {
      const EpisodePayoff payoff = PayoffOf(model, kind);
      EXPECT_NEAR(Evaluate(d, payoff, BestActions(d, payoff)), Induct(d, payoff), kRounding);
    }
  }
}

TEST(BackwardInductionTest, ASwitchIsSpentBeforeTheRequestAndMustFit) {
  DecisionModel model;
  model.energy_step = Joules(1);
  model.energy_budget = Joules(3);
  model.requests = 1;
  model.brown_out_reward = -1;
  model.class_probability = {1};
  ActionOutlook small, large;
  small.energy_pmf = {0, 1};
  small.mean_score = 2;
  large.energy_pmf = {0, 0, 1};
  large.mean_score = 10;
  model.outlook = {{small, large}};
  model = Filled(model);
  model.model_switch = {.model_of_action = {0, 1}, .energy_steps = {{0, 1}, {1, 0}}};
  EXPECT_NEAR(ExactPlan(model).Value(), 1, kRounding);  // 1 to switch, 2 to serve
  model.model_switch->energy_steps[0][1] = 1.25;        // fits three times in four
  const ExactPlan plan(model);
  EXPECT_NEAR(plan.ActionValue(Joules(3), 1, 0, 1), 0.75 - 0.25, kRounding);
  EXPECT_NEAR(plan.ActionValue(Joules(3), 1, 0, 1, 1), 1, kRounding);  // resident: no switch
  EXPECT_NEAR(plan.ActionValue(Joules(1), 1, 0, 1), -1, kRounding);
  EXPECT_EQ(plan.Best(Joules(1), 1, 0), 0U);
  model.model_switch->energy_steps[0][1] = 4;
  EXPECT_NEAR(ExactPlan(model).Value(), 0.2, kRounding);
}

TEST(BackwardInductionTest, WithoutABudgetsEndThePlanTakesTheBestScoreWhateverIsLeft) {
  DecisionModel model = Filled(ModelOf(kS2, 100));
  model.budget_ends_episode = false;
  const ExactPlan plan(model);
  EXPECT_NEAR(plan.Value(), 20 * 0.83, kRounding);
  EXPECT_EQ(plan.Best(Joules(-50), 7, 0), 5U);
  EXPECT_NEAR(UpperBound(model), 0, kRounding);  // presets have no lowered energies
}

TEST(BackwardInductionTest, TheBoundCountsSwitchesRoundedDown) {
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    DecisionModel model = WithSwitches(Filled(SmallModel(seed, 2, 3, 6, 3)));
    model.model_switch->energy_steps = {{0, 1}, {2, 0}};
    EXPECT_NEAR(UpperBound(model), ExactPlan(model).Value(), kRounding);
    const double bound = UpperBound(model);
    model.model_switch->energy_steps = {{0, 0.2}, {0.24, 0}};  // below a quarter step
    DecisionModel free = model;
    free.model_switch.reset();
    EXPECT_NEAR(UpperBound(model), UpperBound(free), kRounding);
    EXPECT_GE(UpperBound(free), bound - kRounding);
  }
}

TEST(ResidentTrackerTest, FollowsWhatWasTakenUntilTheNextEpisode) {
  const EpisodeDynamics d = DynamicsOf(WithSwitches(Filled(SmallModel(1, 2, 3, 6, 3))));
  ResidentTracker tracker(d);
  EXPECT_EQ(tracker.Now(), 1U);
  tracker.Took(0, 2);
  EXPECT_EQ(tracker.Now(), 0U);
  tracker.Took(1, 1);
  EXPECT_EQ(tracker.Now(), 1U);
  tracker.Took(1, 0);
  tracker.Reset();
  EXPECT_EQ(tracker.Now(), 1U);
}

}  // namespace
}  // namespace edgesim
