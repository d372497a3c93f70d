// Fitting gamma stays to expected counts of whole intervals.
#include "calibration/duration_fit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/rng.h"

namespace edgesim {
namespace {

// Log-likelihood of the counts, computed as the contract states it.
double Score(const Eigen::VectorXd& counts, double interval_s, const GammaDuration& law) {
  const Eigen::VectorXd pmf = DurationPmf(law, interval_s, static_cast<int>(counts.size()));
  double sum = 0;
  for (Eigen::Index u = 0; u < counts.size(); ++u) {
    if (counts(u) > 0) sum += counts(u) * std::log(std::max(pmf(u), 1e-300));
  }
  return sum;
}

TEST(FitGammaDurationTest, RecoversALawFromItsOwnCounts) {
  constexpr double kInterval = 0.11;
  // Brent stops at 2^-12 of the logarithm's range; two sweeps over nearly orthogonal directions.
  constexpr double kMeanTolerance = 0.01, kShapeTolerance = 0.03;  // shares
  for (const double mean_s : {0.6, 1.5, 5.0}) {
    for (const double shape : {0.8, 2.0, 6.0, 30.0}) {
      const Eigen::VectorXd counts =
          100 * DurationPmf({.mean_s = mean_s, .shape = shape}, kInterval, 600);
      const GammaDuration fit = FitGammaDuration(counts, kInterval, {.mean_s = 1, .shape = 5});
      EXPECT_NEAR(fit.mean_s, mean_s, kMeanTolerance * mean_s) << mean_s << " " << shape;
      EXPECT_NEAR(fit.shape, shape, kShapeTolerance * shape) << mean_s << " " << shape;
    }
  }
}

TEST(FitGammaDurationTest, TheScaleOfTheCountsDoesNotMatter) {
  const Eigen::VectorXd counts = DurationPmf({.mean_s = 1.5, .shape = 4}, 0.1, 100);
  const GammaDuration start{.mean_s = 1, .shape = 5};
  const GammaDuration one = FitGammaDuration(counts, 0.1, start),
                      many = FitGammaDuration(1000 * counts, 0.1, start);
  EXPECT_NEAR(one.mean_s, many.mean_s, 1e-3 * one.mean_s);
  EXPECT_NEAR(one.shape, many.shape, 1e-3 * one.shape);
}

TEST(FitGammaDurationTest, TheIntervalIsTheUnit) {
  const Eigen::VectorXd counts = DurationPmf({.mean_s = 1.5, .shape = 4}, 0.1, 100);
  const GammaDuration fine = FitGammaDuration(counts, 0.1, {.mean_s = 1, .shape = 5});
  const GammaDuration coarse = FitGammaDuration(counts, 1, {.mean_s = 10, .shape = 5});
  EXPECT_NEAR(coarse.mean_s, 10 * fine.mean_s, 1e-6 * coarse.mean_s);
  EXPECT_NEAR(coarse.shape, fine.shape, 1e-6 * fine.shape);
}

TEST(PropertyFitGammaDurationTest, NeverScoresBelowTheStart) {
  for (std::uint32_t i = 0; i < 200; ++i) {
    WordStream words = Noise{.seed = 17}.Of(i).Words(Stream::kRail);
    const auto longest = static_cast<Eigen::Index>(1 + UniformIndex(words, 60));
    Eigen::VectorXd counts(longest);
    for (double& c : counts) c = Uniform01(words) < 0.3 ? 10 * Uniform01(words) : 0;
    counts(longest - 1) += 1e-3;
    const GammaDuration start{.mean_s = 0.05 * std::exp(5 * Uniform01(words)),
                              .shape = 0.3 * std::exp(6 * Uniform01(words))};
    const GammaDuration fit = FitGammaDuration(counts, 0.1, start);
    const double before = Score(counts, 0.1, start);
    EXPECT_GE(Score(counts, 0.1, fit), before - 1e-9 * std::abs(before)) << i;
    EXPECT_TRUE(std::isfinite(fit.mean_s) && fit.mean_s > 0) << i;
    EXPECT_TRUE(std::isfinite(fit.shape) && fit.shape > 0) << i;
  }
}

TEST(FitGammaDurationTest, AllStaysOfOneIntervalGiveALawWithinIt) {
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(50);
  counts(0) = 40;
  const GammaDuration fit = FitGammaDuration(counts, 0.1, {.mean_s = 0.5, .shape = 5});
  EXPECT_GT(DurationPmf(fit, 0.1, 50)(0), 0.999);
}

TEST(FitGammaDurationTest, AllStaysOfOneLengthGiveANearlyConstantLaw) {
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(100);
  counts(29) = 40;
  const GammaDuration fit = FitGammaDuration(counts, 0.1, {.mean_s = 2, .shape = 5});
  EXPECT_NEAR(fit.mean_s, 2.95, 0.05);  // within the 30th interval
  // The largest shape allowed, 300: sd 2.95 / sqrt(300) = 0.17 s, so 0.1 s about the mean hold 23
  // %.
  EXPECT_GT(DurationPmf(fit, 0.1, 100)(29), 0.2);
}

TEST(FitGammaDurationTest, StaysAllAtTheEndOfTheTableAreSupported) {
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(40);
  counts(39) = 3;
  const GammaDuration fit = FitGammaDuration(counts, 0.1, {.mean_s = 0.2, .shape = 5});
  EXPECT_GT(DurationPmf(fit, 0.1, 40)(39), 0.2);
}

TEST(FitGammaDurationTest, ATableOfOneIntervalKeepsALaw) {
  const GammaDuration fit =
      FitGammaDuration(Eigen::VectorXd::Constant(1, 2.0), 0.1, {.mean_s = 0.3, .shape = 2});
  EXPECT_GT(fit.mean_s, 0);
  EXPECT_GT(fit.shape, 0);
  EXPECT_EQ(DurationPmf(fit, 0.1, 1)(0), 1);
}

}  // namespace
}  // namespace edgesim
