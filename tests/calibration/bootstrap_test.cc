// Paired bootstrap: hand cases, standard errors known in theory, and coverage by simulation.
#include "calibration/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "sim/rng.h"
#include "sim/stats.h"

namespace edgesim {
namespace {

using Values = std::vector<double>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kZ = 1.959963984540054;  // 97.5 % point of the normal law

Values Normals(std::uint32_t episode, std::size_t n, double mean = 0) {
  WordStream words = Noise{.seed = 8, .episode = episode}.Words(Stream::kRail);
  Values values(n);
  for (double& v : values) v = mean + StandardNormal(words);
  return values;
}

std::vector<std::size_t> OneStratum(std::size_t n) { return std::vector<std::size_t>(n, 0); }

double HalfWidth(const PairedDifference& d) { return (d.high - d.low) / 2; }

TEST(BootstrapRequestsTest, AConstantDifferenceHasNoSpread) {
  const Values a{1, 5, 9}, b{3, 7, 11};
  const PairedDifference d = BootstrapRequests(a, b, OneStratum(3), {.seed = 1});
  EXPECT_EQ(d.mean, -2);
  EXPECT_EQ(d.low, -2);
  EXPECT_EQ(d.high, -2);
  EXPECT_EQ(d.better_count, 3U);
  EXPECT_EQ(d.count, 3U);
}

TEST(BootstrapRequestsTest, CountsWhereAIsLower) {
  const Values a{1, 5, 9, 2}, b{2, 5, 8, 7};
  const PairedDifference d = BootstrapRequests(a, b, OneStratum(4), {.seed = 1});
  EXPECT_DOUBLE_EQ(d.mean, -5 / 4.0);
  EXPECT_EQ(d.better_count, 2U);  // an equal score is not better
  EXPECT_EQ(d.count, 4U);
  EXPECT_LT(d.low, d.mean);
  EXPECT_GT(d.high, d.mean);
}

// Two values, -1 and 1, drawn twice: means -1, 0, 1 with 1/4, 1/2, 1/4.
TEST(BootstrapRequestsTest, TheIntervalIsThatOfTheResampledMeans) {
  const PairedDifference d =
      BootstrapRequests(Values{-1, 1}, Values{0, 0}, OneStratum(2), {.seed = 1});
  EXPECT_EQ(d.low, -1);
  EXPECT_EQ(d.high, 1);
}

// Between the strata lie 100, within them about 1: only the latter may count.
TEST(BootstrapRequestsTest, StrataAreResampledWithinThemselves) {
  Values a = Normals(1, 40);
  std::vector<std::size_t> stratum(40);
  for (std::size_t i = 0; i < 40; ++i) {
    stratum[i] = i % 4 == 0 ? 7 : 2;  // 10 and 30 requests, any labels
    if (stratum[i] == 7) a[i] += 100;
  }
  const Values b(40, 0.0);
  double variance = 0;  // of the resampled mean: the strata's second moments about their means
  for (const std::size_t s : {2U, 7U}) {
    Values own;
    for (std::size_t i = 0; i < 40; ++i) {
      if (stratum[i] == s) own.push_back(a[i]);
    }
    const auto n = static_cast<double>(own.size());
    variance += n * SampleVariance(own) * (n - 1) / n / (40.0 * 40.0);
  }
  const PairedDifference d = BootstrapRequests(a, b, stratum, {.seed = 2, .resamples = 4000});
  EXPECT_NEAR(HalfWidth(d), kZ * std::sqrt(variance), 0.06 * kZ * std::sqrt(variance));
  const PairedDifference mixed =
      BootstrapRequests(a, b, OneStratum(40), {.seed = 2, .resamples = 4000});
  EXPECT_EQ(mixed.mean, d.mean);
  EXPECT_GT(HalfWidth(mixed), 10 * HalfWidth(d));
}

TEST(BootstrapRequestsTest, TheSeedIsTheOnlyNoise) {
  const Values a = Normals(1, 30), b = Normals(2, 30);
  const auto run = [&](std::uint64_t seed) {
    return BootstrapRequests(a, b, OneStratum(30), {.seed = seed});
  };
  EXPECT_EQ(run(1).low, run(1).low);
  EXPECT_EQ(run(1).high, run(1).high);
  EXPECT_NE(run(1).low, run(2).low);
  EXPECT_EQ(run(1).mean, run(2).mean);
}

TEST(BootstrapRequestsTest, SwappingTheModelsMirrorsTheInterval) {
  const Values a = Normals(1, 30), b = Normals(2, 30);
  const PairedDifference ab = BootstrapRequests(a, b, OneStratum(30), {.seed = 1});
  const PairedDifference ba = BootstrapRequests(b, a, OneStratum(30), {.seed = 1});
  EXPECT_DOUBLE_EQ(ab.mean, -ba.mean);
  EXPECT_NEAR(ab.low, -ba.high, 1e-12);
  EXPECT_NEAR(ab.high, -ba.low, 1e-12);
  EXPECT_EQ(ab.better_count + ba.better_count, 30U);
}

// The percentile interval of 30 normal values holds the true mean in about 93.5 %; sd over 500
// 1.1 %.
TEST(BootstrapRequestsTest, HoldsTheTrueDifferenceAboutAsOftenAsItSays) {
  int held = 0;
  for (std::uint32_t i = 0; i < 500; ++i) {
    const Values a = Normals(i, 30, 0.4);
    const PairedDifference d =
        BootstrapRequests(a, Values(30, 0.0), OneStratum(30), {.seed = i, .resamples = 400});
    held += d.low <= 0.4 && 0.4 <= d.high;
  }
  EXPECT_GT(held, 445);
  EXPECT_LT(held, 490);
}

TEST(BootstrapRequestsTest, MissingScoresOneRequestAndNone) {
  const PairedDifference two =
      BootstrapRequests(Values{1, kNaN, 3, 4}, Values{2, 2, kNaN, 5}, OneStratum(4), {.seed = 1});
  EXPECT_EQ(two.count, 2U);
  EXPECT_EQ(two.mean, -1);
  const PairedDifference one = BootstrapRequests(Values{3}, Values{1}, OneStratum(1), {.seed = 1});
  EXPECT_EQ(one.low, 2);
  EXPECT_EQ(one.high, 2);
  const PairedDifference none = BootstrapRequests({}, {}, {}, {.seed = 1});
  EXPECT_EQ(none.count, 0U);
  EXPECT_TRUE(std::isnan(none.mean) && std::isnan(none.low) && std::isnan(none.high));
}

TEST(BootstrapRequestsTest, OtherShapesAreErrors) {
  const Values a{1, 2}, b{1};
  EXPECT_THROW(BootstrapRequests(a, b, OneStratum(2), {}), std::invalid_argument);
  EXPECT_THROW(BootstrapRequests(a, a, OneStratum(1), {}), std::invalid_argument);
  EXPECT_THROW(BootstrapRequests(a, a, OneStratum(2), {.resamples = 0}), std::invalid_argument);
}

std::vector<Values> Ar1(std::size_t traces, std::size_t length, double phi) {
  std::vector<Values> series(traces);
  for (std::size_t i = 0; i < traces; ++i) {
    const Values noise = Normals(static_cast<std::uint32_t>(i), length);
    double x = 0;
    for (const double e : noise) series[i].push_back(x = phi * x + e);
  }
  return series;
}

std::vector<Values> Zeros(const std::vector<Values>& like) {
  std::vector<Values> zeros;
  for (const Values& values : like) zeros.emplace_back(values.size(), 0.0);
  return zeros;
}

TEST(BootstrapBlocksTest, TheMeanIsOverAllValues) {
  const std::vector<Values> a{{1, 2, 3, 4}, {5, 5}, {9}}, b{{2, 3, 4, 5}, {4, 4}, {9}};
  const PairedDifference d = BootstrapBlocks(a, b, 2, {.seed = 1});
  EXPECT_DOUBLE_EQ(d.mean, (-4 + 2) / 7.0);
  EXPECT_EQ(d.better_count, 4U);
  EXPECT_EQ(d.count, 7U);
  EXPECT_DOUBLE_EQ(d.low, d.mean);  // constant within each trace
  EXPECT_DOUBLE_EQ(d.high, d.mean);
}

// Resampled means of independent values: variance of the values over their number, for any block.
TEST(BootstrapBlocksTest, IndependentReadingsNeedNoBlocks) {
  const std::vector<Values> a = Ar1(5, 800, 0);
  for (const std::size_t block : {1U, 7U, 20U}) {
    const PairedDifference d = BootstrapBlocks(a, Zeros(a), block, {.seed = 1});
    EXPECT_NEAR(HalfWidth(d), kZ / std::sqrt(4000), 0.15 * kZ / std::sqrt(4000)) << block;
  }
}

// The mean of n values of an AR(1) has standard error 1 / ((1 - phi) sqrt(n)); blocks of 60 miss
// the share phi / (1 - phi^2) / 30 = 6 % of its variance. Without blocks it looks three times
// smaller: sqrt((1 + phi) / (1 - phi)).
TEST(BootstrapBlocksTest, BlocksKeepTheCorrelationInTime) {
  const std::vector<Values> a = Ar1(10, 3000, 0.8);
  const double half = kZ / 0.2 / std::sqrt(30000);
  EXPECT_NEAR(HalfWidth(BootstrapBlocks(a, Zeros(a), 60, {.seed = 1})), half, 0.15 * half);
  EXPECT_LT(HalfWidth(BootstrapBlocks(a, Zeros(a), 1, {.seed = 1})), 0.5 * half);
}

// Joining the ends gives every reading the same weight, so the resampled means centre on the mean.
TEST(BootstrapBlocksTest, IsCentredOnTheMean) {
  std::vector<Values> a{Values(50, 0.0)};
  a[0].front() = 100;  // the end of a trace: rare in blocks that do not wrap
  const PairedDifference d = BootstrapBlocks(a, Zeros(a), 25, {.seed = 1, .resamples = 4000});
  // The reading falls into none, one or two of the two blocks, with 1/4, 1/2, 1/4.
  EXPECT_EQ(d.mean, 2);
  EXPECT_EQ(d.low, 0);
  EXPECT_EQ(d.high, 4);
}

TEST(BootstrapBlocksTest, AShortTraceStillVaries) {
  const std::vector<Values> a{Normals(1, 10)};
  const PairedDifference d = BootstrapBlocks(a, Zeros(a), 1000, {.seed = 1});
  EXPECT_LT(d.low, d.mean);
  EXPECT_GT(d.high, d.mean);
}

TEST(BootstrapBlocksTest, TheSeedIsTheOnlyNoise) {
  const std::vector<Values> a = Ar1(3, 200, 0.5);
  const auto low = [&](std::uint64_t seed) {
    return BootstrapBlocks(a, Zeros(a), 20, {.seed = seed}).low;
  };
  EXPECT_EQ(low(1), low(1));
  EXPECT_NE(low(1), low(2));
}

TEST(BootstrapBlocksTest, MissingScoresAndShapes) {
  const std::vector<Values> a{{1, kNaN, 3}, {kNaN}, {}}, b{{2, 2, 4}, {1}, {}};
  const PairedDifference d = BootstrapBlocks(a, b, 2, {.seed = 1});
  EXPECT_EQ(d.count, 2U);
  EXPECT_EQ(d.mean, -1);
  EXPECT_TRUE(std::isnan(BootstrapBlocks({}, {}, 2, {.seed = 1}).mean));
  EXPECT_THROW(BootstrapBlocks(a, {{1}}, 2, {}), std::invalid_argument);
  EXPECT_THROW(BootstrapBlocks({{1, 2}}, {{1}}, 2, {}), std::invalid_argument);
  EXPECT_THROW(BootstrapBlocks(a, b, 0, {}), std::invalid_argument);
}

}  // namespace
}  // namespace edgesim
