// Tests of sim/units.h: dimensions, ratios, and the way between seconds and nanoseconds.
#include "sim/units.h"

#include <gtest/gtest.h>

#include <chrono>
#include <type_traits>

namespace edgesim {
namespace {

using namespace std::chrono_literals;

TEST(Units, WattsTimesTimeIsJoules) {
  static_assert(std::is_same_v<decltype(Watts(1) * Duration(1)), Joules>);
  static_assert(std::is_same_v<decltype(Duration(1) * Watts(1)), Joules>);
  EXPECT_EQ((Watts(10) * Duration(2s)).value(), 20);
  EXPECT_EQ((Duration(500ms) * Watts(8)).value(), 4);
  EXPECT_EQ((Watts(10) * Duration(-1s)).value(), -10);
}

TEST(Units, ArithmeticKeepsTheDimension) {
  Joules sum(1.5);
  sum += Joules(2);
  EXPECT_EQ(sum.value(), 3.5);
  sum -= Joules(3);
  EXPECT_EQ(sum.value(), 0.5);
  EXPECT_EQ((Joules(3) - Joules(5)).value(), -2);
  EXPECT_EQ((Joules(3) * 2.0).value(), 6);
  EXPECT_EQ((2.0 * Watts(3)).value(), 6);
  EXPECT_EQ(Joules().value(), 0);
}

TEST(Units, RatioOfLikesIsANumber) {
  static_assert(std::is_same_v<decltype(Joules(1) / Joules(1)), double>);
  EXPECT_EQ(Joules(3) / Joules(4), 0.75);
}

TEST(Units, LikesAreOrdered) {
  EXPECT_LT(Watts(1), Watts(2));
  EXPECT_GE(Joules(2), Joules(2));
  EXPECT_EQ(Joules(2), Joules(2));
  EXPECT_NE(Joules(2), Joules(3));
}

TEST(Units, FromSecondsRoundsToTheNearestNanosecond) {
  EXPECT_EQ(FromSeconds(0), 0ns);
  EXPECT_EQ(FromSeconds(1.4e-9), 1ns);
  EXPECT_EQ(FromSeconds(1.6e-9), 2ns);
  EXPECT_EQ(FromSeconds(-1.6e-9), -2ns);
  EXPECT_EQ(FromSeconds(0.4e-9), 0ns);
  EXPECT_EQ(FromSeconds(0.1), 100ms);
  EXPECT_EQ(FromSeconds(9e9), 9'000'000'000s);
}

TEST(Units, WholeNanosecondsSurviveTheWayThroughSeconds) {
  for (const std::int64_t ns :
       {0LL, 1LL, 3LL, 109'110'000LL, 999'999'999LL, 15'000'000'000LL, 1LL << 52}) {
    EXPECT_EQ(FromSeconds(InSeconds(Duration(ns))), Duration(ns));
    EXPECT_EQ(InSeconds(SimTime(Duration(ns))), InSeconds(Duration(ns)));
  }
}

// 15 s and 29 s have exact doubles; an energy that is off by a last bit is a false budget crossing.
TEST(Units, WholeSecondsAreExact) {
  for (int s = 0; s <= 1000; ++s) ASSERT_EQ(InSeconds(Duration(std::chrono::seconds(s))), s);
}

// The double nearest to n / 1000 is what n / 1000.0 yields (IEEE 754 division is correctly
// rounded).
TEST(Units, MillisecondsAreTheNearestDouble) {
  for (int ms = 0; ms <= 1000; ++ms) {
    ASSERT_EQ(InSeconds(Duration(std::chrono::milliseconds(ms))), ms / 1000.0);
  }
}

}  // namespace
}  // namespace edgesim
