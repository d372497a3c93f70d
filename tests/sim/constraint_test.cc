#include "sim/constraint.h"

#include <gtest/gtest.h>

namespace edgesim {
namespace {

TEST(CostConstraintTest, CostsOfARequest) {
  Transition t;
  t.before.energy_budget = Joules(200);
  t.energy = Joules(50);
  t.completed = t.cap_exceeded = t.late = true;
  EXPECT_EQ(CostOf(CostKind::kEnergy, t, 20), 0.25);
  EXPECT_EQ(CostOf(CostKind::kBrownOut, t, 20), 0);
  EXPECT_EQ(CostOf(CostKind::kCapExceedance, t, 20), 0.05);
  EXPECT_EQ(CostOf(CostKind::kLateness, t, 20), 0.05);
}

// What never completed neither exceeded a cap nor came late: only completed requests count.
TEST(CostConstraintTest, ACutRequestIsABrownOutAndNothingElse) {
  Transition t;
  t.before.energy_budget = Joules(200);
  t.browned_out = t.cap_exceeded = t.late = true;
  EXPECT_EQ(CostOf(CostKind::kBrownOut, t, 20), 1);
  EXPECT_EQ(CostOf(CostKind::kCapExceedance, t, 20), 0);
  EXPECT_EQ(CostOf(CostKind::kLateness, t, 20), 0);
}

}  // namespace
}  // namespace edgesim
