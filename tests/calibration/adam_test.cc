// Adam's steps against numbers worked out by hand.
#include "calibration/adam.h"

#include <gtest/gtest.h>

#include <cmath>

namespace edgesim {
namespace {

TEST(Adam, TwoStepsMatchHandNumbers) {
  Eigen::VectorXf x(2);
  x << 1, -2;
  Adam adam(2);
  // Step 1: the unbiased moments are g and g^2, so each coordinate moves by the rate.
  adam.Step(Eigen::Vector2f(0.5F, -4), 0.1, x);
  EXPECT_NEAR(x(0), 0.9, 1e-6);
  EXPECT_NEAR(x(1), -1.9, 1e-6);
  // Step 2, g = (1, 0): m = (0.145, -0.36) / 0.19, v = (0.00124975, 0.015984) / 0.001999.
  adam.Step(Eigen::Vector2f(1, 0), 0.1, x);
  EXPECT_NEAR(x(0), 0.9 - 0.1 * (0.145 / 0.19) / std::sqrt(0.00124975 / 0.001999), 1e-6);
  EXPECT_NEAR(x(1), -1.9 + 0.1 * (0.36 / 0.19) / std::sqrt(0.015984 / 0.001999), 1e-6);
}

TEST(Adam, ClipsOnlyLongGradients) {
  Eigen::VectorXf g(2);
  g << 3, 4;
  ClipNorm(6, g);
  EXPECT_EQ(g, Eigen::Vector2f(3, 4));
  ClipNorm(1, g);
  EXPECT_NEAR(g(0), 0.6, 1e-6);
  EXPECT_NEAR(g(1), 0.8, 1e-6);
}

}  // namespace
}  // namespace edgesim
