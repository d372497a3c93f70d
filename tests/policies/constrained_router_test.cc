// The best map under constraints: against hand numbers and against the unconstrained search.
#include "policies/constrained_router.h"

#include <gtest/gtest.h>

#include "tests/support/presets.h"

namespace edgesim {
namespace {

// Two classes, two actions; action 1 earns more and takes 3 steps instead of 1. Two requests.
DecisionModel TwoByTwo(double limit) {
  DecisionModel model;
  model.energy_step = Joules(1);
  model.energy_budget = Joules(10);
  model.requests = 2;
  model.budget_ends_episode = false;
  model.class_probability = {0.5, 0.5};
  model.outlook.resize(2);
  const double scores[2][2] = {{2, 4}, {2, 9}};
  for (std::size_t c = 0; c < 2; ++c) {
    for (std::size_t a = 0; a < 2; ++a) {
      ActionOutlook outlook;
      outlook.energy_pmf.assign(a == 0 ? 2 : 4, 0.0);
      outlook.energy_pmf.back() = 1;
      outlook.mean_score = scores[c][a];
      outlook.mean_energy_j = a == 0 ? 1 : 3;
      model.outlook[c].push_back(outlook);
    }
  }
  model.constraints = {{.kind = CostKind::kEnergy, .limit = limit}};
  return Filled(model);
}

// Mean energies of an episode: 2 J (0, 0), 4 J (one of both), 6 J (1, 1).
TEST(ConstrainedRouterTest, TakesTheDearActionWhereItPaysMost) {
  const auto half = BestRouterUnder(TwoByTwo(0.4));
  ASSERT_TRUE(half);
  EXPECT_EQ(half->action_of_class, (std::vector<ActionId>{0, 1}));
  EXPECT_NEAR(half->value, 2 * (0.5 * 0.2 + 0.5 * 0.9), 1e-12);
  EXPECT_EQ(BestRouterUnder(TwoByTwo(0.6))->action_of_class, (std::vector<ActionId>{1, 1}));
  EXPECT_EQ(BestRouterUnder(TwoByTwo(0.3))->action_of_class, (std::vector<ActionId>{0, 0}));
}

TEST(ConstrainedRouterTest, NoneWhereNoMapKeepsTheLimit) {
  EXPECT_FALSE(BestRouterUnder(TwoByTwo(0.1)));
}

TEST(ConstrainedRouterTest, WithoutConstraintsItIsTheBestRouter) {
  DecisionModel model = Filled(ModelOf(kS2, 100));
  EXPECT_NEAR(BestRouterUnder(model)->value, BestRouter(model).value, 1e-12);
  EXPECT_EQ(BestRouterUnder(model)->action_of_class, BestRouter(model).action_of_class);
}

TEST(ConstrainedRouterTest, TooManyMapsAreNotTried) {
  DecisionModel model = Filled(ModelOf(kS2, 100));
  model.class_probability.assign(6, 1.0 / 6);
  model.outlook.assign(6, model.outlook[0]);
  EXPECT_FALSE(BestRouterUnder(model));
}

}  // namespace
}  // namespace edgesim
