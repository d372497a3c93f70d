// Dual ascent by hand: steps, projection, memory; and a constraint it must find the price of.
#include "policies/dual_ascent.h"

#include <gtest/gtest.h>

namespace edgesim {
namespace {

constexpr double kRounding = 1e-12;

TEST(DualAscentTest, StepsFallWithTheirNumberDownToTheFloor) {
  DualAscent multiplier({.start = 8, .power = 0.5, .floor = 3}, 1, 100);
  EXPECT_EQ(multiplier.lambda(), 1);
  EXPECT_NEAR(multiplier.Update(0.75, 0.25), 5, kRounding);  // 1 + 8 * .5
  multiplier.Update(0.25, 0.25);                             // nothing to move, but a step more
  multiplier.Update(0.25, 0.25);
  EXPECT_NEAR(multiplier.Update(0, 0.25), 4, kRounding);  // 5 - 8 / sqrt(4) * .25
  for (int i = 0; i < 5; ++i) multiplier.Update(0.25, 0.25);
  EXPECT_NEAR(multiplier.Update(1.25, 0.25), 7, kRounding);  // the tenth: 8 / sqrt(10) < 3
}

TEST(DualAscentTest, IsHeldBetweenZeroAndItsMaximum) {
  DualAscent multiplier({.start = 10, .power = 0, .floor = 0}, 50, 20);
  EXPECT_EQ(multiplier.lambda(), 20);
  EXPECT_EQ(multiplier.Update(1, 0), 20);
  EXPECT_NEAR(multiplier.Update(0, 1), 10, kRounding);
  EXPECT_EQ(multiplier.Update(0, 3), 0);
  EXPECT_NEAR(multiplier.Update(1, 0.5), 5, kRounding);  // no debt is kept
}

TEST(DualAscentTest, ResetAndMemoryBringStepsBack) {
  const DualAscentSteps steps{.start = 8, .power = 1, .floor = 0};
  DualAscent one(steps, 0, 100), other(steps, 3, 100);
  one.Update(1, 0);
  other.SetMemory(one.Memory());
  EXPECT_EQ(one.Update(1, 0), other.Update(1, 0));
  EXPECT_NEAR(one.lambda(), 12, kRounding);  // 8 + 4
  one.Reset(2);
  EXPECT_EQ(one.lambda(), 2);
  EXPECT_NEAR(one.Update(1, 0), 10, kRounding);
}

TEST(DualAscentTest, FindsThePriceFromBothSides) {
  for (const double start : {0.0, 100.0}) {
    DualAscent multiplier({.start = 100, .power = 0.75, .floor = 0}, start, 100);
    for (int i = 0; i < 20'000; ++i) multiplier.Update(1 / (1 + multiplier.lambda()), 0.25);
    EXPECT_NEAR(multiplier.lambda(), 3, 1e-3);  // 1 / (1 + 3) = 1/4
  }
}

}  // namespace
}  // namespace edgesim
