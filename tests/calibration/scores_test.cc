// Distances, calibration and proper scores: hand numbers, scipy 1.10.1 / numpy 1.24.2, and what
// holds in the mean for a true law.
#include "calibration/scores.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "sim/rng.h"

namespace edgesim {
namespace {

using Values = std::vector<double>;

// (i * factor mod modulus) / divisor + shift, i = 0 .. n-1: spread evenly, no random numbers, so
// that scipy was given the same bits.
Values Lattice(int n, int factor, int modulus, double divisor, double shift = 0) {
  Values values;
  for (int i = 0; i < n; ++i) values.push_back(i * factor % modulus / divisor + shift);
  return values;
}
Values Eighteen(double shift) {
  Values values = Lattice(18, 37, 101, 7, 0.0007);
  for (double& v : values) v += shift;
  return values;
}
Values Simulated() { return Lattice(2700, 7919, 10007, 700); }

Values Sorted(Values values) {
  std::sort(values.begin(), values.end());
  return values;
}

Values Normals(std::uint32_t episode, std::size_t n, double mean = 0, double sd = 1) {
  WordStream words = Noise{.seed = 5, .episode = episode}.Words(Stream::kRail);
  Values values(n);
  for (double& v : values) v = mean + sd * StandardNormal(words);
  return values;
}

TEST(Wasserstein1Test, HandNumbers) {
  EXPECT_DOUBLE_EQ(Wasserstein1({0, 1, 3}, {5, 6, 8}), 5);
  EXPECT_DOUBLE_EQ(Wasserstein1({7}, {4}), 3);
  EXPECT_DOUBLE_EQ(Wasserstein1({0}, {-1, 1}), 1);             // half of the mass either way
  EXPECT_DOUBLE_EQ(Wasserstein1({0, 0, 1}, {0, 1}), 1.0 / 6);  // 1/6 of the mass goes 1 far
  EXPECT_EQ(Wasserstein1({2, 1}, {1, 2}), 0);
  EXPECT_EQ(Wasserstein1({1, 2}, {1, 1, 2, 2}), 0);  // the same law in other numbers
}

// scipy.stats.wasserstein_distance
TEST(Wasserstein1Test, AgreesWithScipy) {
  EXPECT_NEAR(Wasserstein1({3.4, 3.9, 7.5, 7.8}, {4.5, 1.4}), 2.7, 1e-14);
  EXPECT_NEAR(Wasserstein1(Eighteen(0), Simulated()), 0.7048982116402115, 1e-12);
}

TEST(Wasserstein1Test, AShiftMovesAllMassByTheShift) {
  const Values a = Normals(1, 57);
  for (const double shift : {-30.0, 1e-3, 4.5}) {
    Values b = a;
    for (double& v : b) v += shift;
    EXPECT_NEAR(Wasserstein1(a, b), std::abs(shift), 1e-12);
  }
}

TEST(Wasserstein1Test, IsSymmetricAndScales) {
  const Values a = Normals(2, 18), b = Normals(3, 200, 1, 2);
  EXPECT_DOUBLE_EQ(Wasserstein1(a, b), Wasserstein1(b, a));
  Values a3 = a, b3 = b;
  for (double& v : a3) v *= -3;
  for (double& v : b3) v *= -3;
  EXPECT_NEAR(Wasserstein1(a3, b3), 3 * Wasserstein1(a, b), 1e-12);
}

TEST(Wasserstein1Test, OfNothingIsNaN) {
  EXPECT_TRUE(std::isnan(Wasserstein1({}, {1})));
  EXPECT_TRUE(std::isnan(Wasserstein1({1}, {})));
}

// All orders of the pooled values are equally likely: 2 of 20 separate 3 from 3, 2 of 4 put one
// value before or after three others.
TEST(KolmogorovSmirnovTest, HandNumbers) {
  const KsTest apart = KolmogorovSmirnov({1, 2, 3}, {4, 5, 6});
  EXPECT_EQ(apart.statistic, 1);
  EXPECT_NEAR(apart.p, 0.1, 1e-15);
  const KsTest one = KolmogorovSmirnov({1}, {2, 3, 4});
  EXPECT_EQ(one.statistic, 1);
  EXPECT_NEAR(one.p, 0.5, 1e-15);
  const KsTest same = KolmogorovSmirnov({1, 2, 3}, {1, 2, 3});
  EXPECT_EQ(same.statistic, 0);
  EXPECT_EQ(same.p, 1);
}

// scipy.stats.ks_2samp, default (exact) method
TEST(KolmogorovSmirnovTest, AgreesWithScipy) {
  const KsTest close = KolmogorovSmirnov(Eighteen(0), Simulated());
  EXPECT_NEAR(close.statistic, 0.11222222222222222, 1e-14);
  EXPECT_NEAR(close.p, 0.9594529984629191, 1e-11);
  const KsTest shifted = KolmogorovSmirnov(Eighteen(3), Simulated());
  EXPECT_NEAR(shifted.statistic, 0.22703703703703704, 1e-14);
  EXPECT_NEAR(shifted.p, 0.27230998586126287, 1e-11);
  const KsTest far = KolmogorovSmirnov(Eighteen(9), Simulated());
  EXPECT_NEAR(far.statistic, 0.6288888888888889, 1e-14);
  EXPECT_NEAR(far.p, 2.3034378270177748e-07, 1e-9 * far.p);
  const KsTest small = KolmogorovSmirnov(Lattice(9, 5, 13, 1, 0.5), Lattice(20, 11, 29, 1.3));
  EXPECT_NEAR(small.statistic, 0.35, 1e-14);
  EXPECT_NEAR(small.p, 0.33813353063727886, 1e-12);
}

// scipy.stats.ks_2samp on values that repeat within and between the samples.
TEST(KolmogorovSmirnovTest, TiedValuesAreOneStep) {
  const KsTest tied = KolmogorovSmirnov({1, 2, 2, 3}, {2, 3, 3, 4, 5});
  EXPECT_NEAR(tied.statistic, 0.55, 1e-15);
  EXPECT_NEAR(tied.p, 0.4285714285714286, 1e-14);
  EXPECT_EQ(KolmogorovSmirnov({4, 4, 4}, {4, 4}).p, 1);
}

// 4000 against 5000 is beyond the exact law; scipy's ks_2samp(method='exact') takes its time.
TEST(KolmogorovSmirnovTest, TheLimitLawIsCloseForLargeSamples) {
  const Values b = Lattice(5000, 6133, 10009, 100);
  const auto test = [&](double shift) {
    Values a = Lattice(4000, 7919, 10007, 100, 0.005);
    for (double& v : a) v += shift;
    return KolmogorovSmirnov(a, b);
  };
  EXPECT_NEAR(test(1).statistic, 0.01155, 1e-14);
  EXPECT_NEAR(test(1).p, 0.9249275650714319, 2e-3);
  EXPECT_NEAR(test(2).p, 0.24986864842877843, 2e-3);
  EXPECT_NEAR(test(3).p, 0.02347795965837914, 2e-4);
  EXPECT_EQ(test(1000).p, 0);
}

TEST(KolmogorovSmirnovTest, TheOrderOfTheSamplesDoesNotMatter) {
  const KsTest ab = KolmogorovSmirnov(Eighteen(3), Simulated());
  const KsTest ba = KolmogorovSmirnov(Simulated(), Eighteen(3));
  EXPECT_EQ(ab.statistic, ba.statistic);
  EXPECT_EQ(ab.p, ba.p);
}

// Of 1000 pairs of samples of one law, 5 % are to have p <= 0.05: sd 0.7 %. The law is discrete, so
// a little less.
TEST(KolmogorovSmirnovTest, RejectsATrueLawAsOftenAsItSays) {
  int rejected = 0;
  for (std::uint32_t i = 0; i < 1000; ++i)
    rejected += KolmogorovSmirnov(Normals(2 * i, 18), Normals(2 * i + 1, 300)).p <= 0.05;
  EXPECT_GT(rejected, 25);
  EXPECT_LT(rejected, 75);
}

TEST(KolmogorovSmirnovTest, OfNothingIsNaN) {
  EXPECT_TRUE(std::isnan(KolmogorovSmirnov({}, {1}).statistic));
  EXPECT_TRUE(std::isnan(KolmogorovSmirnov({}, {1}).p));
}

// Draws 1 .. 19 hold a further draw between the first and the last in 18 of 20 cases.
TEST(CentralIntervalTest, HandNumbers) {
  const Values draws = Sorted(Lattice(19, 7, 19, 1, 1));
  const Interval ninety = CentralInterval(draws, 0.9);
  EXPECT_NEAR(ninety.low, 1, 1e-12);
  EXPECT_NEAR(ninety.high, 19, 1e-12);
  const Interval half = CentralInterval(draws, 0.5);
  EXPECT_NEAR(half.low, 5, 1e-12);
  EXPECT_NEAR(half.high, 15, 1e-12);
  EXPECT_EQ(CentralInterval(draws, 0.99).low, 1);  // the range
  EXPECT_EQ(CentralInterval(draws, 0.99).high, 19);
  EXPECT_TRUE(InCentralInterval(5.5, draws, 0.5));
  EXPECT_FALSE(InCentralInterval(4.5, draws, 0.5));
  EXPECT_FALSE(InCentralInterval(15.5, draws, 0.5));
}

TEST(CentralIntervalTest, OneDrawAndNone) {
  EXPECT_TRUE(InCentralInterval(3, Values{3}, 0.9));
  EXPECT_FALSE(InCentralInterval(4, Values{3}, 0.9));
  EXPECT_FALSE(InCentralInterval(4, Values{}, 0.9));
}

// sd of the share over 4000: 0.5 % at 90 %, 0.8 % at 50 %.
TEST(CentralIntervalTest, CoversATrueLawAtItsLevel) {
  int ninety = 0, half = 0;
  for (std::uint32_t i = 0; i < 4000; ++i) {
    Values draws = Normals(i, 40);
    const double observed = draws.back();
    draws.pop_back();  // 39 remain: ranks 2 and 38 of 40 hold 90 %, 10 and 30 hold 50 %
    const Values sorted = Sorted(draws);
    ninety += InCentralInterval(observed, sorted, 0.9);
    half += InCentralInterval(observed, sorted, 0.5);
  }
  EXPECT_NEAR(ninety / 4000.0, 0.9, 0.02);
  EXPECT_NEAR(half / 4000.0, 0.5, 0.03);
}

TEST(CentralIntervalTest, DoesNotCoverALawThatIsTooNarrow) {
  const Values draws = Sorted(Normals(1, 999, 0, 0.5));
  int inside = 0;
  for (const double observed : Normals(2, 1000)) inside += InCentralInterval(observed, draws, 0.9);
  EXPECT_NEAR(inside / 1000.0, 0.589, 0.06);  // P(|Z| < 1.645 / 2)
}

TEST(CrpsOfSampleTest, HandNumbers) {
  EXPECT_EQ(CrpsOfSample(5, Values{3}), 2);
  EXPECT_EQ(CrpsOfSample(3, Values{3}), 0);
  // Mean distance 1, one pair 2 apart: fair 1 - 2/2.
  EXPECT_DOUBLE_EQ(CrpsOfSample(1, Values{0, 2}), 0);
  // Mean distance (3+2+1)/3, pairs 1, 2, 1 apart: 2 - (4/3)/2.
  EXPECT_DOUBLE_EQ(CrpsOfSample(4, Values{1, 2, 3}), 2 - 2.0 / 3);
  EXPECT_DOUBLE_EQ(CrpsOfSample(2, Values{1, 1, 1}), 1);
  EXPECT_TRUE(std::isnan(CrpsOfSample(2, Values{})));
}

TEST(CrpsOfSampleTest, IsTheMeanOverAllPairsAndMovesWithTheUnit) {
  const Values draws = Sorted(Normals(4, 31, 50, 7));
  double distance = 0, spread = 0;
  for (const double x : draws) {
    distance += std::abs(x - 47);
    for (const double other : draws) spread += std::abs(x - other);
  }
  const double expected = distance / 31 - spread / (2 * 31 * 30);
  EXPECT_NEAR(CrpsOfSample(47, draws), expected, 1e-12);
  Values moved = draws;
  for (double& v : moved) v = 2 * v + 1e6;
  EXPECT_NEAR(CrpsOfSample(2 * 47 + 1e6, moved), 2 * expected, 1e-7);
}

// E CRPS of N(mu, s) on N(0, 1) from A(mu, s^2 + 1) - A(0, 2 s^2) / 2; at its own law it is
// 1 / sqrt(pi).
TEST(CrpsOfSampleTest, HasTheMeanOfTheLawWhateverTheNumberOfDraws) {
  for (const std::size_t m : {2U, 5U, 40U}) {
    double sum = 0;
    for (std::uint32_t i = 0; i < 20000; ++i) {
      Values draws = Normals(i, m + 1);
      const double observed = draws.back();
      draws.pop_back();
      sum += CrpsOfSample(observed, Sorted(draws));
    }
    // sd of one score with two draws is below 1: 0.007 over 20000.
    EXPECT_NEAR(sum / 20000, 1 / std::sqrt(M_PI), 0.025) << m;
  }
}

TEST(CrpsOfSampleTest, IsLowestForTheTrueLaw) {
  const Values observed = Normals(9, 4000);
  const auto score = [&](double mean, double sd) {
    const Values draws = Sorted(Normals(10, 2000, mean, sd));
    double sum = 0;
    for (const double y : observed) sum += CrpsOfSample(y, draws);
    return sum / static_cast<double>(observed.size());
  };
  const double truth = score(0, 1);
  for (const double mean : {-0.3, 0.3}) EXPECT_GT(score(mean, 1), truth + 0.01) << mean;
  for (const double sd : {0.6, 1.5}) EXPECT_GT(score(0, sd), truth + 0.01) << sd;
}

TEST(BrierScoreTest, HandNumbers) {
  EXPECT_DOUBLE_EQ(BrierScore(Values{0.1, 0.9, 0.5}, std::vector<char>{0, 1, 1}),
                   (0.01 + 0.01 + 0.25) / 3);
  EXPECT_EQ(BrierScore(Values{1, 0}, std::vector<char>{1, 0}), 0);
  EXPECT_EQ(BrierScore(Values{1}, std::vector<char>{0}), 1);
  EXPECT_TRUE(std::isnan(BrierScore({}, {})));
  EXPECT_THROW(BrierScore(Values{1, 0}, std::vector<char>{1}), std::invalid_argument);
}

// 30 of 100 happened: of the constant forecasts 0.3 scores lowest.
TEST(BrierScoreTest, IsLowestForTheTrueProbability) {
  std::vector<char> happened(100);
  for (std::size_t i = 0; i < 30; ++i) happened[i] = 1;
  const auto score = [&](double p) { return BrierScore(Values(100, p), happened); };
  EXPECT_NEAR(score(0.3), 0.21, 1e-12);
  for (const double p : {0.0, 0.25, 0.35, 0.5, 1.0}) EXPECT_GT(score(p), score(0.3)) << p;
}

}  // namespace
}  // namespace edgesim
