// The constrained optimum: published values, the occupancy measures' linear programme, enumeration,
// and what an optimum must satisfy.
#include "policies/cmdp_solver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "policies/exact_dp.h"
#include "tests/support/occupancy_lp.h"
#include "tests/support/presets.h"
#include "tests/support/small_models.h"

namespace edgesim {
namespace {

using testing::HasSubstr;

DecisionModel QualityOnly(const Preset& preset, double budget,
                          std::vector<CostConstraint> constraints) {
  DecisionModel model = Filled(ModelOf(preset, budget));
  model.brown_out_reward = 0;
  model.constraints = std::move(constraints);
  return model;
}

struct Row {
  const Preset* preset;
  double delta, beta;               // P(brown-out), E[energy] / budget
  double quality, use, brown_outs;  // of the optimum
};

// The project's reference notes on constrained MDPs, section 3.2: CLP, GLPK and HiGHS on the
// occupancy programme, budget 100, rewards without the brown-out's penalty.
const std::vector<Row> kTable = {
    {&kS1, 1, 1, 14.9839, .968, .0420},     {&kS1, .01, 1, 14.9703, .956, .0100},
    {&kS1, .001, 1, 14.9198, .937, .0010},  {&kS1, .01, .90, 14.7936, .900, .0000},
    {&kS1, .01, .85, 14.5356, .850, .0000}, {&kS2, 1, 1, 15.1346, .946, .0500},
    {&kS2, .01, 1, 15.1033, .914, .0100},   {&kS2, .001, 1, 15.0217, .873, .0010},
    {&kS2, .01, .90, 15.0910, .900, .0100}, {&kS2, .01, .85, 15.0043, .850, .0062},
};

TEST(GoldenCmdpSolverTest, PublishedOptima) {
  for (const Row& row : kTable) {
    const ConstrainedPlan plan = SolveConstrained(QualityOnly(
        *row.preset, 100, {{CostKind::kBrownOut, row.delta}, {CostKind::kEnergy, row.beta}}));
    SCOPED_TRACE(testing::Message() << row.quality);
    ASSERT_TRUE(plan.feasible) << plan.infeasible_because;
    EXPECT_NEAR(plan.value, row.quality, 1e-4);
    EXPECT_NEAR(plan.costs[0], row.brown_outs, 1e-4);
    EXPECT_NEAR(plan.costs[1], row.use, 6e-4);  // half a printed digit, with its rounding
    EXPECT_LE(plan.costs[0], row.delta + 1e-9);
    EXPECT_LE(plan.costs[1], row.beta + 1e-9);
    EXPECT_LE(plan.components.size(), 3U);
  }
}

TEST(GoldenCmdpSolverTest, PublishedPrices) {
  const auto price = [](double delta) {
    return SolveConstrained(QualityOnly(kS2, 100, {{CostKind::kBrownOut, delta}})).lambda[0];
  };
  EXPECT_NEAR(price(.01), 2.917, 5e-4);
  EXPECT_NEAR(price(.001), 33.4, 0.05);
}

constexpr double kLpDigits = 1e-6;  // tolerances of the programme's solver, times its many rows

void ExpectAsTheLp(const DecisionModel& model) {
  const ConstrainedPlan plan = SolveConstrained(model);
  const auto lp = OccupancyLp(model);
  ASSERT_EQ(plan.feasible, lp.has_value()) << plan.infeasible_because;
  if (!lp) return;
  EXPECT_NEAR(plan.value, lp->value, kLpDigits);
  EXPECT_NEAR(plan.dual_value, lp->value, kLpDigits);
}

TEST(CmdpSolverTest, EqualsTheOccupancyProgrammeOnThePresets) {
  for (const Preset* preset : {&kS1, &kS2}) {
    DecisionModel model = Filled(ModelOf(*preset, 50));
    for (const double delta : {.05, .005}) {
      for (const double beta : {1.0, .85}) {
        model.constraints = {{CostKind::kBrownOut, delta}, {CostKind::kEnergy, beta}};
        ExpectAsTheLp(model);
      }
    }
  }
}

TEST(CmdpSolverTest, EqualsTheOccupancyProgrammeOnSmallModels) {
  int feasible = 0, infeasible = 0;
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    for (const bool switches : {false, true}) {
      for (const bool ends : {false, true}) {
        DecisionModel model = WithViolations(Filled(SmallModel(seed, 2, 3, 9, 5)));
        if (switches) model = WithSwitches(model);
        model.budget_ends_episode = ends;
        for (const double limit : {.15, .4, .6}) {
          model.constraints = {{CostKind::kCapExceedance, limit},
                               {CostKind::kLateness, limit / 2},
                               {CostKind::kEnergy, ends ? .8 : 1.1},
                               {CostKind::kBrownOut, .5}};
          SCOPED_TRACE(testing::Message() << seed << switches << ends << limit);
          ExpectAsTheLp(model);
          (SolveConstrained(model).feasible ? feasible : infeasible) += 1;
        }
      }
    }
  }
  EXPECT_GT(feasible, 30);
  EXPECT_GT(infeasible, 10);
}

TEST(CmdpSolverTest, WithoutAViolatedConstraintItIsThePlainOptimum) {
  DecisionModel model = Filled(ModelOf(kS2, 100));
  for (const auto& constraints : std::vector<std::vector<CostConstraint>>{
           {}, {{CostKind::kBrownOut, 1}}, {{CostKind::kBrownOut, 1}, {CostKind::kEnergy, 1}}}) {
    model.constraints = constraints;
    const ConstrainedPlan plan = SolveConstrained(model);
    EXPECT_EQ(plan.inductions, 1U);
    EXPECT_NEAR(plan.value, ExactPlan(model).Value(), 1e-12);
    EXPECT_EQ(plan.lambda, std::vector<double>(constraints.size(), 0.0));
    ASSERT_EQ(plan.components.size(), 1U);
    EXPECT_EQ(plan.components[0].weight, 1);
  }
}

TEST(PropertyCmdpSolverTest, TheOptimumKeepsItsLimitsAndNoPriceBoundsLower) {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    DecisionModel model = WithSwitches(WithViolations(Filled(SmallModel(seed, 3, 4, 12, 6))));
    model.constraints = {{CostKind::kLateness, .15}, {CostKind::kEnergy, .7}};
    const ConstrainedPlan plan = SolveConstrained(model);
    if (!plan.feasible) continue;
    double weights = 0, value = 0;
    for (const PlanComponent& component : plan.components) {
      EXPECT_GT(component.weight, 0);
      weights += component.weight;
      value += component.weight * component.reward;
      // What a component is said to be worth is what its actions are worth.
      EXPECT_NEAR(Evaluate(plan.dynamics, RewardOf(model), component.actions), component.reward,
                  1e-12);
    }
    EXPECT_NEAR(weights, 1, 1e-9);
    EXPECT_NEAR(value, plan.value, 1e-12);
    EXPECT_NEAR(plan.dual_value, plan.value, 1e-8);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_GE(plan.lambda[i], 0);
      EXPECT_LE(plan.costs[i], model.constraints[i].limit + 1e-9);
      // A limit that is not used up has no price.
      EXPECT_NEAR(plan.lambda[i] * (plan.costs[i] - model.constraints[i].limit), 0, 1e-7) << seed;
    }
  }
}

TEST(CmdpSolverTest, ThePriceIsWhatALooserLimitEarns) {
  const auto solve = [](double delta) {
    return SolveConstrained(QualityOnly(kS2, 100, {{CostKind::kBrownOut, delta}}));
  };
  const ConstrainedPlan at = solve(.01);
  constexpr double kStep = 1e-7;  // small enough to stay within one linear piece
  EXPECT_NEAR((solve(.01 + kStep).value - at.value) / kStep, at.lambda[0], 1e-4);
}

TEST(CmdpSolverTest, SaysWhichConstraintCannotBeKept) {
  DecisionModel model = Filled(ModelOf(kS2, 100));
  model.constraints = {{CostKind::kBrownOut, .01}, {CostKind::kEnergy, .3}};
  const ConstrainedPlan plan = SolveConstrained(model);
  EXPECT_FALSE(plan.feasible);
  EXPECT_TRUE(plan.components.empty());
  EXPECT_THAT(plan.infeasible_because,
              HasSubstr("energy per budget within 0.3; the least that can be reached is 0.419509"));
}

TEST(CmdpSolverTest, SaysSoWhereOnlyTheConstraintsTogetherCannotBeKept) {
  // Action 0 is never late but dear, action 1 cheap and always late.
  DecisionModel model;
  model.energy_step = Joules(1);
  model.energy_budget = Joules(10);
  model.requests = 2;
  model.class_probability = {1};
  ActionOutlook dear, late;
  dear.energy_pmf = {0, 0, 0, 0, 1};
  late.energy_pmf = late.late_pmf = {0, 1};
  dear.mean_score = late.mean_score = 5;
  model.outlook = {{dear, late}};
  model = Filled(model);
  model.constraints = {{CostKind::kEnergy, .4}, {CostKind::kLateness, .4}};
  const ConstrainedPlan plan = SolveConstrained(model);
  EXPECT_FALSE(plan.feasible);
  EXPECT_THAT(plan.infeasible_because, HasSubstr("though each alone can be kept"));
  model.constraints[1].limit = .7;
  EXPECT_TRUE(SolveConstrained(model).feasible);  // two thirds late cost 0.4 of the budget
}

TEST(CmdpSolverTest, BestRoundsEnergyDownToTheGrid) {
  DecisionModel model = QualityOnly(kS2, 100, {{CostKind::kBrownOut, .01}});
  const ConstrainedPlan plan = SolveConstrained(model);
  ASSERT_EQ(plan.components.size(), 2U);
  int differ = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    for (int e = 0; e < 100; ++e) {
      const ActionId at = plan.Best(i, Joules(e), 5, 0, 0);
      EXPECT_EQ(plan.Best(i, Joules(e + 0.9), 5, 0, 0), at);
      EXPECT_EQ(plan.Best(i, Joules(e - 1e-12), 5, 0, 0), at);
    }
    EXPECT_EQ(plan.Best(i, Joules(-3), 5, 0, 0), plan.Best(i, Joules(0), 5, 0, 0));
    EXPECT_EQ(plan.Best(i, Joules(300), 5, 0, 0), plan.Best(i, Joules(100), 5, 0, 0));
  }
  for (std::uint32_t left = 1; left <= 20; ++left) {
    for (int e = 0; e <= 100; ++e)
      differ += plan.Best(0, Joules(e), left, 0, 0) != plan.Best(1, Joules(e), left, 0, 0);
  }
  EXPECT_GT(differ, 0);
}

}  // namespace
}  // namespace edgesim
