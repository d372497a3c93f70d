// Tests of sim/stats.h against published and hand-computed intervals.
#include "sim/stats.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace edgesim {
namespace {

using Values = std::vector<double>;

Values OneTo(int n) {
  Values values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

TEST(Stats, Mean) {
  EXPECT_EQ(Mean(Values{1, 2, 6}), 3);
  EXPECT_EQ(Mean(Values{}), 0);
}

TEST(Stats, SampleVarianceDividesByOneLess) {
  EXPECT_DOUBLE_EQ(SampleVariance(Values{2, 4, 4, 4, 5, 5, 7, 9}), 32.0 / 7);
  EXPECT_EQ(SampleVariance(Values{3}), 0);
  EXPECT_EQ(SampleVariance(Values{}), 0);
}

TEST(Stats, SampleVarianceOfLargeOffsets) {
  EXPECT_DOUBLE_EQ(SampleVariance(Values{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}), 30);
}

TEST(Stats, QuantileIsLinearBetweenOrderStatistics) {
  const Values sorted{10, 20, 40, 80};
  EXPECT_EQ(Quantile(sorted, 0), 10);
  EXPECT_EQ(Quantile(sorted, 1), 80);
  EXPECT_EQ(Quantile(sorted, 0.5), 30);
  EXPECT_DOUBLE_EQ(Quantile(sorted, 1.0 / 3), 20);
  EXPECT_DOUBLE_EQ(Quantile(sorted, 0.95), 40 + 0.85 * 40);
  EXPECT_EQ(Quantile(Values{7}, 0.3), 7);
}

// t(9, 0.975) = 2.262157; the variance of 1 .. 10 is 55 / 6.
TEST(Stats, MeanIntervalIsStudents) {
  const Interval interval = MeanInterval(OneTo(10));
  const double half = 2.2621571627982049 * std::sqrt(55.0 / 6 / 10);
  EXPECT_NEAR(interval.low, 5.5 - half, 1e-12);
  EXPECT_NEAR(interval.high, 5.5 + half, 1e-12);
}

// t(1, 0.975) = 12.7062, of two values.
TEST(Stats, MeanIntervalOfTwo) {
  const Interval interval = MeanInterval(Values{-1, 1});
  EXPECT_NEAR(interval.low, -12.7062047, 1e-6);
  EXPECT_NEAR(interval.high, 12.7062047, 1e-6);
}

TEST(Stats, NoIntervalBelowTenReplicas) {
  ASSERT_EQ(kMinReplicas, 10U);
  EXPECT_FALSE(EstimateOverReplicas(OneTo(9)).ci95.has_value());
  EXPECT_EQ(EstimateOverReplicas(OneTo(9)).mean, 5);
  EXPECT_FALSE(EstimateOverReplicas({}).ci95.has_value());
  const Estimate estimate = EstimateOverReplicas(OneTo(10));
  ASSERT_TRUE(estimate.ci95.has_value());
  EXPECT_EQ(estimate.ci95->low, MeanInterval(OneTo(10)).low);
  EXPECT_EQ(estimate.ci95->high, MeanInterval(OneTo(10)).high);
}

// Newcombe 1998 (Statistics in Medicine 17:857), table I, method 3, to four decimals.
TEST(Stats, WilsonIntervalAsPublished) {
  constexpr double kPublished = 5e-5;
  const struct {
    std::uint64_t successes, trials;
    double low, high;
  } kCases[] = {{81, 263, 0.2553, 0.3662},
                {15, 148, 0.0624, 0.1605},
                {0, 20, 0, 0.1611},
                {1, 29, 0.0061, 0.1718}};
  for (const auto& c : kCases) {
    const Interval interval = WilsonInterval(c.successes, c.trials);
    EXPECT_NEAR(interval.low, c.low, kPublished) << c.successes << " of " << c.trials;
    EXPECT_NEAR(interval.high, c.high, kPublished) << c.successes << " of " << c.trials;
  }
}

TEST(Stats, WilsonIntervalIsSymmetricAndInTheUnitInterval) {
  for (std::uint64_t k = 0; k <= 7; ++k) {
    const Interval some = WilsonInterval(k, 7), rest = WilsonInterval(7 - k, 7);
    EXPECT_NEAR(some.low, 1 - rest.high, 1e-15);
    EXPECT_GE(some.low, 0);
    EXPECT_LE(some.high, 1);
  }
}

// Of none in n it is 1 - 0.05^(1/n), about 3 / n; of n - 1 in n it is 0.95^(1/n).
TEST(Stats, RateUpperBoundInClosedForm) {
  for (const std::uint64_t n : {1U, 10U, 299U, 20'000U}) {
    const auto trials = static_cast<double>(n);
    EXPECT_NEAR(RateUpperBound95(0, n), 1 - std::pow(0.05, 1 / trials), 1e-12);
    EXPECT_NEAR(RateUpperBound95(n - 1, n), std::pow(0.95, 1 / trials), 1e-12);
    EXPECT_EQ(RateUpperBound95(n, n), 1);
  }
}

// The defining equation: with this rate, at most k successes have probability 5 %.
TEST(Stats, RateUpperBoundSolvesTheBinomialTail) {
  constexpr std::uint64_t kTrials = 40;
  for (std::uint64_t k = 0; k < kTrials; ++k) {
    const double p = RateUpperBound95(k, kTrials);
    double tail = 0, term = std::pow(1 - p, static_cast<double>(kTrials));
    for (std::uint64_t i = 0; i <= k; ++i) {
      tail += term;
      term *= static_cast<double>(kTrials - i) / static_cast<double>(i + 1) * p / (1 - p);
    }
    EXPECT_NEAR(tail, 0.05, 1e-9) << k << " of " << kTrials;
  }
}

// Newcombe 1998, table I, method 5, to four decimals: the same samples as above.
TEST(Stats, ClopperPearsonIntervalAsPublished) {
  constexpr double kPublished = 5e-5;
  const struct {
    std::uint64_t successes, trials;
    double low, high;
  } kCases[] = {{81, 263, 0.2527, 0.3676},
                {15, 148, 0.0578, 0.1617},
                {0, 20, 0, 0.1684},
                {1, 29, 0.0009, 0.1776}};
  for (const auto& c : kCases) {
    const Interval interval = ClopperPearsonInterval(c.successes, c.trials);
    EXPECT_NEAR(interval.low, c.low, kPublished) << c.successes << " of " << c.trials;
    EXPECT_NEAR(interval.high, c.high, kPublished) << c.successes << " of " << c.trials;
    const Interval rest = ClopperPearsonInterval(c.trials - c.successes, c.trials);
    EXPECT_NEAR(rest.low, 1 - interval.high, 1e-12);
    EXPECT_NEAR(rest.high, 1 - interval.low, 1e-12);
  }
  EXPECT_EQ(ClopperPearsonInterval(0, 7).low, 0);
  EXPECT_EQ(ClopperPearsonInterval(7, 7).high, 1);
}

// ln 0.05 / ln (1 - limit) without a success, the rule of three; otherwise binomial tails summed in
// another program.
TEST(Stats, TrialsToCertifyAreTheFirstWhoseBoundFits) {
  EXPECT_EQ(TrialsToCertify(0, 0.05), 59U);
  EXPECT_EQ(TrialsToCertify(0, 0.01), 299U);
  EXPECT_EQ(TrialsToCertify(0, 0.001), 2995U);
  EXPECT_EQ(TrialsToCertify(0.005, 0.01), 1049U);
  EXPECT_GT(RateUpperBound95(0, 298), 0.01);
  EXPECT_LE(RateUpperBound95(0, 299), 0.01);
  EXPECT_FALSE(TrialsToCertify(0.01, 0.01));
  EXPECT_FALSE(TrialsToCertify(0.02, 0.01));
  EXPECT_GT(TrialsToCertify(0.2 - 1e-5, 0.2), 4'000'000'000U);
  EXPECT_FALSE(TrialsToCertify(0.2 - 1e-9, 0.2));
}

TEST(Stats, KendallTauOfRankings) {
  EXPECT_EQ(KendallTau(OneTo(5), OneTo(5)), 1);
  EXPECT_EQ(KendallTau(OneTo(4), Values{4, 3, 2, 1}), -1);
  // One pair of three the other way round: (2 - 1) / 3.
  EXPECT_DOUBLE_EQ(KendallTau(Values{1, 2, 3}, Values{2, 1, 3}).value(), 1.0 / 3);
  // With ties: tau-b = -4 / sqrt(8 * 9), the example of scipy.stats.kendalltau.
  EXPECT_DOUBLE_EQ(KendallTau(Values{12, 2, 1, 12, 2}, Values{1, 4, 7, 1, 0}).value(),
                   -4 / std::sqrt(8.0 * 9));
  EXPECT_FALSE(KendallTau(Values{1, 1, 1}, OneTo(3)));
  EXPECT_FALSE(KendallTau(OneTo(3), Values{2, 2, 2}));
}

}  // namespace
}  // namespace edgesim
