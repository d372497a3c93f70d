// Synthetic devices: the stated laws are what is drawn.
#include "devices/synthetic_device.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace edgesim {
namespace {

ActionLaw Law(double energy_j, double cv) {
  ActionLaw law;
  law.name = "a";
  law.energy_j = {energy_j};
  law.energy_cv = cv;
  law.score = {5};
  return law;
}

double EnergyJ(const SyntheticDevice& device, const Request& request, const Noise& noise) {
  Execution out;
  device.Execute(request, 0, {}, noise, out);
  return (out.segments[0].Sum(~0U) * out.segments[0].length).value();
}

TEST(DiscreteLognormalTest, IsTheLawOfTheReference) {
  const std::vector<double> pmf = DiscreteLognormal(8.4, 0.5);
  EXPECT_NEAR(std::accumulate(pmf.begin(), pmf.end(), 0.0), 1, 1e-14);
  const double s = std::sqrt(std::log(1.25)), mu = std::log(8.4) - s * s / 2;
  EXPECT_EQ(pmf.size(), static_cast<std::size_t>(std::ceil(8.4 * std::exp(3 * s))) + 3);
  const auto cdf = [&](double x) { return 0.5 * std::erfc(-(std::log(x) - mu) / s / std::sqrt(2)); };
  EXPECT_NEAR(pmf[8], cdf(8.5) - cdf(7.5), 1e-14);
  EXPECT_NEAR(pmf[0], cdf(0.5), 1e-14);
}

TEST(SyntheticDeviceTest, DrawsTheStatedLawOnWholeSteps) {
  const SyntheticDevice device({Law(8.4, 0.5)}, Joules(2));
  const std::vector<double> pmf = device.EnergyPmf(0, 0);
  std::vector<int> counts(pmf.size());
  constexpr std::uint32_t kDraws = 20'000;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const double energy_j = EnergyJ(device, {}, {.seed = 1, .entity = i});
    const double steps = std::round(energy_j / 2);
    EXPECT_NEAR(energy_j, 2 * steps, 1e-6);
    EXPECT_LE(energy_j, 2 * steps);  // never the very last of a budget of whole steps
    ++counts[static_cast<std::size_t>(steps)];
  }
  for (std::size_t k = 0; k < pmf.size(); ++k) {
    const double sd = std::sqrt(kDraws * pmf[k] * (1 - pmf[k]));
    EXPECT_NEAR(counts[k], kDraws * pmf[k], 5 * sd + 1e-3) << k;
  }
}

TEST(SyntheticDeviceTest, WithoutAStepEnergiesAreLognormal) {
  const SyntheticDevice device({Law(100, 0.3)}, std::nullopt);
  double sum = 0, squares = 0;
  constexpr std::uint32_t kDraws = 20'000;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const double e = EnergyJ(device, {}, {.seed = 1, .entity = i});
    sum += e;
    squares += e * e;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 100, 4 * 30 / std::sqrt(kDraws));
  EXPECT_NEAR(std::sqrt(squares / kDraws - mean * mean), 30, 1);
}

TEST(SyntheticDeviceTest, PowerIsEnergyOverTimeAndBurstsAreShorter) {
  ActionLaw law = Law(50, 0);
  law.power_w = 10;
  law.burst_w = 25;
  law.burst_probability = 0.4;
  const SyntheticDevice device({law}, std::nullopt);
  int bursts = 0;
  constexpr std::uint32_t kDraws = 10'000;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    Execution out;
    device.Execute({}, 0, {}, {.seed = 2, .entity = i}, out);
    const bool burst = out.duration < FromSeconds(3);
    EXPECT_NEAR(InSeconds(out.duration), burst ? 2 : 5, 1e-8);
    EXPECT_LE(out.segments[0].rail_w[0], burst ? 25 : 10);
    bursts += burst;
  }
  EXPECT_NEAR(bursts / double{kDraws}, 0.4, 4 * std::sqrt(0.24 / kDraws));
}

TEST(SyntheticDeviceTest, ClassesHaveTheirOwnMean) {
  ActionLaw law = Law(0, 0);
  law.energy_j = {3, 7};
  const SyntheticDevice device({law}, Joules(1));
  EXPECT_NEAR(EnergyJ(device, {.class_id = 0}, {}), 3, 1e-6);
  EXPECT_NEAR(EnergyJ(device, {.class_id = 1}, {}), 7, 1e-6);
  EXPECT_GE(device.LongestSeconds(0), 0.7);
}

}  // namespace
}  // namespace edgesim
