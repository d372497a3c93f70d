// Tests of calibration/request_class.h: the law of seconds per token in each class.
#include "calibration/request_class.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace edgesim {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// log seconds per token: -4 +- 0.1 in class 0 and -3 +- 0.2 in class 1; medians and median
// deviations are these by construction.
ClassLatency TwoClasses() {
  const std::vector<double> logs = {-4.1, -4, -3.9, -3.2, -3, -2.8, -3, -3.2, -2.8};
  std::vector<double> seconds;
  for (const double x : logs) seconds.push_back(std::exp(x));
  return {seconds, {0, 0, 0, 1, 1, 1, 1, 1, 1}, 2};
}

double Expected(double weight, double z, double spread) {
  const double regular = std::exp(-0.5 * z * z) / (spread * std::sqrt(2 * std::numbers::pi));
  return std::log(weight) + std::log(0.9 * regular + 0.1 * 0.5);
}

TEST(ClassLatency, WeightsAreTheSharesOfRequests) {
  const ClassLatency latency = TwoClasses();
  ASSERT_EQ(latency.Classes(), 2U);
  EXPECT_NEAR(latency.Weights()[0], 1.0 / 3, 1e-15);
  EXPECT_NEAR(latency.Weights()[1], 2.0 / 3, 1e-15);
}

TEST(ClassLatency, IsLognormalAroundTheMedianWithATenthAnywhere) {
  const ClassLatency latency = TwoClasses();
  const double spread = 1.4826;  // standard deviations per median deviation
  for (const double z : {0.0, 1.0, -2.5}) {
    EXPECT_NEAR(latency.LogJoint(0, std::exp(-4 + z * 0.1 * spread)),
                Expected(1.0 / 3, z, 0.1 * spread), 1e-9);
    EXPECT_NEAR(latency.LogJoint(1, std::exp(-3 + z * 0.2 * spread)),
                Expected(2.0 / 3, z, 0.2 * spread), 1e-9);
  }
  // Far from both what remains is the share that may be anywhere.
  EXPECT_NEAR(latency.LogJoint(0, 100), std::log(0.05 / 3), 1e-12);
}

TEST(ClassLatency, ProbabilitiesAreThoseOfTheJointLaw) {
  const ClassLatency latency = TwoClasses();
  for (const double seconds : {std::exp(-4), std::exp(-3.5), std::exp(-3), 10.0}) {
    const std::vector<double> p = latency.Probabilities(seconds);
    ASSERT_EQ(p.size(), 2U);
    EXPECT_NEAR(p[0] + p[1], 1, 1e-15);
    EXPECT_NEAR(std::log(p[1] / p[0]), latency.LogJoint(1, seconds) - latency.LogJoint(0, seconds),
                1e-9);
  }
  EXPECT_GT(latency.Probabilities(std::exp(-4))[0], 0.9);
  EXPECT_GT(latency.Probabilities(std::exp(-3))[1], 0.9);
  EXPECT_NEAR(latency.Probabilities(10)[0], 1.0 / 3, 1e-12);
}

TEST(ClassLatency, UnknownSpeedTellsTheWeightsOnly) {
  const ClassLatency latency = TwoClasses();
  EXPECT_NEAR(latency.LogJoint(0, kNan), std::log(1.0 / 3), 1e-15);
  EXPECT_NEAR(latency.Probabilities(kNan)[1], 2.0 / 3, 1e-15);
}

TEST(ClassLatency, UnknownSpeedsAreMembersWithoutAVote) {
  const ClassLatency latency({0.02, kNan, 0.02, kNan}, {0, 0, 1, 1}, 2);
  EXPECT_NEAR(latency.Weights()[0], 0.5, 1e-15);
  const ClassLatency all_unknown({kNan, kNan}, {0, 0}, 1);
  EXPECT_TRUE(std::isfinite(all_unknown.LogJoint(0, 0.02)));
}

// Equal speeds have no spread: half a percent is taken, or a nearby answer would be impossible.
TEST(ClassLatency, EqualSpeedsKeepASpread) {
  const ClassLatency latency({0.02, 0.02, 0.02}, {0, 0, 0}, 1);
  EXPECT_NEAR(latency.LogJoint(0, 0.02), Expected(1, 0, 0.005), 1e-9);
  EXPECT_NEAR(latency.LogJoint(0, 0.02 * std::exp(0.005)), Expected(1, 1, 0.005), 1e-9);
}

// One odd answer in a class does not widen it.
TEST(ClassLatency, AnOddAnswerDoesNotWidenItsClass) {
  const ClassLatency plain({0.019, 0.02, 0.021, 0.02, 0.0195}, {0, 0, 0, 0, 0}, 1),
      odd({0.019, 0.02, 0.021, 0.02, 2.0}, {0, 0, 0, 0, 0}, 1);
  EXPECT_NEAR(odd.LogJoint(0, 0.02), plain.LogJoint(0, 0.02), 0.7);
}

}  // namespace
}  // namespace edgesim
