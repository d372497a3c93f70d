// The PID controller by hand: each part, the held integral, memory.
#include "policies/pid_controller.h"

#include <gtest/gtest.h>

namespace edgesim {
namespace {

constexpr double kRounding = 1e-12;

TEST(PidControllerTest, ThreePartsByHand) {
  PidController multiplier({.proportional = 2, .integral = 4, .derivative = 10}, 0, 100);
  // e = .5, I = .5, no cost before
  EXPECT_NEAR(multiplier.Update(0.75, 0.25), 3, kRounding);
  // e = .75, I = 1.25, the cost rose by .25
  EXPECT_NEAR(multiplier.Update(1, 0.25), 1.5 + 5 + 2.5, kRounding);
  // e = -.25, I = 1, a fall counts nothing
  EXPECT_NEAR(multiplier.Update(0, 0.25), -0.5 + 4, kRounding);
  EXPECT_NEAR(multiplier.lambda(), 3.5, kRounding);
}

TEST(PidControllerTest, IsHeldBetweenZeroAndItsMaximumAndDoesNotWindUp) {
  PidController multiplier({.proportional = 0, .integral = 4, .derivative = 0}, 0, 8);
  for (int i = 0; i < 10; ++i) multiplier.Update(1, 0);
  EXPECT_EQ(multiplier.lambda(), 8);
  EXPECT_NEAR(multiplier.Update(0, 1), 4, kRounding);  // one step down from the maximum
  for (int i = 0; i < 10; ++i) multiplier.Update(0, 1);
  EXPECT_EQ(multiplier.lambda(), 0);
  EXPECT_NEAR(multiplier.Update(1, 0.5), 2, kRounding);
}

TEST(PidControllerTest, TheIntegralCarriesTheStart) {
  PidController multiplier({.proportional = 2, .integral = 4, .derivative = 0}, 6, 100);
  EXPECT_EQ(multiplier.lambda(), 6);
  EXPECT_NEAR(multiplier.Update(0.5, 0.5), 6, kRounding);
  EXPECT_NEAR(multiplier.Update(1, 0.5), 6 + 2 + 1, kRounding);
}

TEST(PidControllerTest, ResetAndMemory) {
  const PidGains gains{.proportional = 2, .integral = 4, .derivative = 10};
  PidController one(gains, 0, 100), other(gains, 3, 100);
  one.Update(0.5, 0.25);
  other.SetMemory(one.Memory());
  EXPECT_EQ(one.Update(1, 0.25), other.Update(1, 0.25));
  one.Reset(0);
  EXPECT_NEAR(one.Update(0.75, 0.25), 3, kRounding);  // as at first: no cost before
}

}  // namespace
}  // namespace edgesim
