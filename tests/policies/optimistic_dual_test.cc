// The price of a constraint: updates by hand, and a last iterate that settles where the plain
// gradient circles.
#include "policies/optimistic_dual.h"

#include <gtest/gtest.h>

namespace edgesim {
namespace {

TEST(OptimisticDualTest, UpdatesByHand) {
  OptimisticDual dual({.lambda_start = 1, .step = 2, .step_floor = 1.5, .regularisation = 0.5});
  // g = (.3 - .2) / .2 - .5 * 1 = 0, the first step: 1 + 2 (2 * 0 - 0).
  EXPECT_NEAR(dual.Update(0.3, 0.2), 1, 1e-12);
  // g = 1 - .5 = .5; step max(1.5, 2 / sqrt 2 = 1.41): 1 + 1.5 (2 * .5 - 0).
  EXPECT_NEAR(dual.Update(0.4, 0.2), 2.5, 1e-12);
  // g = -1 - 1.25 = -2.25: 2.5 + 1.5 (-4.5 - .5) is below 0.
  EXPECT_EQ(dual.Update(0, 0.2), 0);
  // g = -.5: 0 + 1.5 (-1 + 2.25).
  EXPECT_NEAR(dual.Update(0.1, 0.2), 1.875, 1e-12);
}

TEST(OptimisticDualTest, SettlesWhereTheCostIsTheLimit) {
  OptimisticDual dual({.lambda_start = 100, .regularisation = 0});
  for (int k = 0; k < 2000; ++k) dual.Update(0.05 / (1 + dual.lambda()), 0.01);
  EXPECT_NEAR(dual.lambda(), 4, 1e-3);
}

TEST(OptimisticDualTest, SavesWhereItStands) {
  OptimisticDual dual({}), other({});
  dual.Update(0.5, 0.1);
  dual.Update(0.2, 0.1);
  std::vector<double> saved;
  dual.SaveTo(saved);
  ASSERT_EQ(saved.size(), OptimisticDual::kSaved);
  other.LoadFrom(saved.data());
  EXPECT_EQ(dual.Update(0.3, 0.1), other.Update(0.3, 0.1));
}

}  // namespace
}  // namespace edgesim
