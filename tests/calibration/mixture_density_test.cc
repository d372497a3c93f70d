// Mixture densities: value, gradient, draws.
#include "calibration/mixture_density.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

namespace edgesim {
namespace {

double Normal(double x, double mean, double sd) {
  const double z = (x - mean) / sd;
  return std::exp(-0.5 * z * z) / (sd * std::sqrt(2 * std::numbers::pi));
}

TEST(MixtureDensity, LossIsMinusLogDensity) {
  const std::array<double, 6> column = {std::log(3.0), 0, -1, 2, std::log(0.4), std::log(0.9)};
  const double loss = MixtureLoss<double>(column.data(), 2, 0.1, 0.5, nullptr);
  EXPECT_NEAR(loss, -std::log(0.75 * Normal(0.5, -1, 0.5) + 0.25 * Normal(0.5, 2, 1.0)), 1e-12);
}

TEST(MixtureDensity, GradientMatchesDifferences) {
  const std::array<double, 9> column = {0.3, -0.5, 1.1, -1, 0.2, 2, -0.7, 0.1, -1.5};
  std::array<double, 9> gradient{};
  MixtureLoss<double>(column.data(), 3, 0.05, 0.6, gradient.data());
  for (std::size_t i = 0; i < column.size(); ++i) {
    constexpr double kStep = 1e-6;
    auto up = column, down = column;
    up[i] += kStep;
    down[i] -= kStep;
    const double slope = (MixtureLoss<double>(up.data(), 3, 0.05, 0.6, nullptr) -
                          MixtureLoss<double>(down.data(), 3, 0.05, 0.6, nullptr)) /
                         (2 * kStep);
    EXPECT_NEAR(gradient[i], slope, 1e-8) << i;
  }
}

TEST(MixtureDensity, AFarTargetAndAHugeSpreadStayFinite) {
  const std::array<float, 6> column = {0, 80, -1, 1, 500, -500};
  std::array<float, 6> gradient{};
  const float loss = MixtureLoss<float>(column.data(), 2, 0.01F, 1000, gradient.data());
  EXPECT_TRUE(std::isfinite(loss));
  for (const float g : gradient) EXPECT_TRUE(std::isfinite(g));
  EXPECT_EQ(gradient[4], 0) << "beyond kMostLogSd";
}

TEST(MixtureDensity, DrawsFollowTheMixture) {
  const std::array<float, 6> column = {std::log(3.0F), 0, -1, 2, std::log(0.4F), std::log(0.9F)};
  WordStream words(1, 2, 3);
  constexpr int kDraws = 40000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = DrawFromMixture(column.data(), 2, 0.1F, words);
    sum += x;
    squares += x * x;
  }
  // Mean -0.25, second moment 0.75 (1 + 0.25) + 0.25 (4 + 1).
  EXPECT_NEAR(sum / kDraws, -0.25, 5 * 1.46 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws, 2.1875, 0.08);
}

}  // namespace
}  // namespace edgesim
