// Prices of costs: without them the known optimum, at the constraint's price the dual value.
#include "policies/priced_model.h"

#include <gtest/gtest.h>

#include "policies/cmdp_solver.h"
#include "tests/support/presets.h"

namespace edgesim {
namespace {

DecisionModel QualityOnly() {
  DecisionModel model = Filled(ModelOf(kS2, 100));
  model.brown_out_reward = 0;
  model.constraints = {{CostKind::kBrownOut, 0.01}, {CostKind::kEnergy, 0.9}};
  return model;
}

TEST(PricedModelTest, WithoutPricesItIsTheUnconstrainedOptimum) {
  const PlanComponent plan = PricedModel(QualityOnly()).Best({0, 0});
  // The reference's linear programme, four decimals.
  EXPECT_NEAR(plan.reward, 15.1346, 1e-4);
  EXPECT_NEAR(plan.costs[0], 0.0500, 1e-4);
  EXPECT_NEAR(plan.costs[1], 0.946, 1e-3);
}

TEST(PricedModelTest, AtTheOptimalPricesTheLagrangianIsTheOptimum) {
  const DecisionModel model = QualityOnly();
  const ConstrainedPlan optimum = SolveConstrained(model);
  const PlanComponent plan = PricedModel(model).Best(optimum.lambda);
  double lagrangian = plan.reward;
  for (std::size_t i = 0; i < 2; ++i)
    lagrangian -= optimum.lambda[i] * (plan.costs[i] - model.constraints[i].limit);
  EXPECT_NEAR(lagrangian, optimum.value, 1e-8);
  EXPECT_EQ(PricedModel(model).CostsOf(plan.actions), plan.costs);
}

}  // namespace
}  // namespace edgesim
