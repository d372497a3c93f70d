// Tests of devices/hsmm_sampler.h: stays, order, emissions, level and clamping of drawn paths.
#include "devices/hsmm_sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "tests/devices/sampled_paths.h"
#include "tests/support/statistics.h"

namespace edgesim {
namespace {

TEST(HsmmSampler, RefusesAnInvalidModel) {
  Hsmm model = Alternating(Gamma(1, 1), Gamma(1, 1));
  model.states[0].sd_w = -1;
  EXPECT_THROW(HsmmSampler{model}, std::invalid_argument);
}

TEST(HsmmSampler, StaysFollowTheDurationLaw) {
  for (const double shape : {0.6, 1.0, 4.0, 50.0}) {
    const DurationLaw law = Gamma(0.45, shape);
    const HsmmSampler sampler(Alternating(law, Gamma(0.2, 3)));
    const Path path = Draw(sampler, 400'000, 0);
    constexpr int kLongest = 200;  // 20 s
    std::vector<std::uint64_t> counts(kLongest);
    std::size_t run = 0;
    for (const double watts : path.watts) {  // the last, cut stay is left out
      if (StateAt(watts) == 0) {
        ++run;
      } else if (run > 0) {
        ASSERT_LE(run, counts.size());
        ++counts[run - 1];
        run = 0;
      }
    }
    const Eigen::VectorXd pmf = DurationPmf(law, kInterval, kLongest);
    EXPECT_GT(ChiSquarePValue(counts, {pmf.data(), kLongest}), kSmallestPValue)
        << "shape " << shape;
  }
}

// Stays of 1, 2, 3 intervals with 0.5, 0.3, 0.2: one that has lasted `age` may have ended with it.
TEST(HsmmSampler, APastStayGoesOnAsLongAsItsLawSays) {
  const DurationLaw law{
      .family = DurationFamily::kTable, .mean_s = 0, .shape = 0, .table = {0.5, 0.3, 0.2}};
  const HsmmSampler sampler(Alternating(law, Gamma(50, 50)));
  const auto remaining = [&](std::uint32_t age) {
    std::vector<std::uint64_t> counts(4);
    for (std::uint32_t i = 0; i < 10'000; ++i) {
      const Noise noise{.seed = 12, .entity = i};
      std::vector<double> watts(6);
      sampler.Sample(0, noise.Words(Stream::kTie), noise.Words(Stream::kLevel), watts,
                     HsmmSampler::Past{.watts = 0, .state = 0, .age = age});
      std::size_t stay = 0;
      while (StateAt(watts[stay]) == 0) ++stay;
      ++counts[std::min<std::size_t>(stay, 3)];
    }
    return counts;
  };
  EXPECT_GT(ChiSquarePValue(remaining(1), std::vector<double>{0.5, 0.3, 0.2, 0}), kSmallestPValue);
  EXPECT_GT(ChiSquarePValue(remaining(2), std::vector<double>{0.6, 0.4, 0, 0}), kSmallestPValue);
  for (const std::uint32_t age : {3U, 4U, 9U}) EXPECT_EQ(remaining(age)[0], 10'000U) << age;
}

// Long-tailed stays: the sampler's table must not cut the mean. One stay a path, long enough to
// end.
TEST(HsmmSampler, LongTailsAreNotCut) {
  Hsmm model = Alternating(Gamma(2, 0.4), Gamma(1, 1));
  model.states[1].duration.reset();
  model.transition.row(1).setZero();
  const HsmmSampler sampler(model);
  constexpr int kPaths = 20'000, kLength = 1000;  // 100 s; P(stay longer) < 1e-9
  double sum = 0, squares = 0;
  for (std::uint32_t i = 0; i < kPaths; ++i) {
    double stay = 0;
    for (const double watts : Draw(sampler, kLength, i).watts) stay += StateAt(watts) == 0;
    sum += stay;
    squares += stay * stay;
  }
  const Eigen::VectorXd pmf = DurationPmf(*model.states[0].duration, kInterval, kLength);
  const double mean = pmf.dot(Eigen::VectorXd::LinSpaced(kLength, 1, kLength));
  const double sd = std::sqrt(squares / kPaths - std::pow(sum / kPaths, 2));
  EXPECT_NEAR(sum / kPaths, mean, 4 * sd / std::sqrt(kPaths));
}

TEST(HsmmSampler, FirstAndNextStatesFollowTheirProbabilities) {
  Hsmm model;
  model.interval_s = kInterval;
  const DurationLaw one_interval = Gamma(0.05, 1000);  // all of its mass is in the first interval
  model.states = {State(1, one_interval), State(2, one_interval), State(3, one_interval)};
  model.initial = Eigen::Vector3d(0.2, 0, 0.8);
  model.transition = Eigen::Matrix3d{{0, 0.3, 0.7}, {1, 0, 0}, {0.45, 0.55, 0}};
  const HsmmSampler sampler(model);
  std::vector<std::uint64_t> first(3);
  std::vector<std::vector<std::uint64_t>> next(3, std::vector<std::uint64_t>(3));
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    const Path path = Draw(sampler, 2, i);
    const auto a = static_cast<std::size_t>(StateAt(path.watts[0]));
    ++first[a];
    ++next[a][static_cast<std::size_t>(StateAt(path.watts[1]))];
  }
  EXPECT_GT(ChiSquarePValue(first, std::vector{0.2, 0.0, 0.8}), kSmallestPValue);
  EXPECT_GT(ChiSquarePValue(next[0], std::vector{0.0, 0.3, 0.7}), kSmallestPValue);
  EXPECT_GT(ChiSquarePValue(next[2], std::vector{0.45, 0.55, 0.0}), kSmallestPValue);
}

TEST(HsmmSampler, LeftToRightStatesComeInOrderAndTheLastAbsorbs) {
  const HsmmSampler sampler(LeftToRight());
  for (std::uint32_t i = 0; i < 500; ++i) {
    const Path path = Draw(sampler, 200, i);
    int at = 0;
    for (const double watts : path.watts) {
      const int state = StateAt(watts);
      ASSERT_TRUE(state == at || state == at + 1) << "request " << i;
      at = state;
    }
    EXPECT_EQ(at, 3);  // 20 s against mean stays of 0.9 s in all
  }
}

TEST(HsmmSampler, StatesThatDoNotFitAreNotReached) {
  const HsmmSampler sampler(LeftToRight());
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(StateAt(Draw(sampler, 1, i).watts[0]), 0);
  EXPECT_EQ(Draw(sampler, 0, 0).clamped, 0U);
}

// A shorter request is the same path, cut: duration and power draw from different streams.
TEST(HsmmSampler, ShorterPathIsTheStartOfTheLongerOne) {
  const HsmmSampler sampler(LeftToRight());
  for (std::uint32_t i = 0; i < 50; ++i) {
    const Path longer = Draw(sampler, 40, i), shorter = Draw(sampler, 15, i);
    for (std::size_t t = 0; t < 15; ++t) {
      EXPECT_EQ(shorter.watts[t], longer.watts[t]);
    }
  }
}

TEST(HsmmSampler, AbsorbingFirstStateTakesAll) {
  Hsmm model;
  model.interval_s = kInterval;
  model.states = {State(1, std::nullopt)};
  model.initial = Eigen::VectorXd::Ones(1);
  model.transition = Eigen::MatrixXd::Zero(1, 1);
  for (const double watts : Draw(HsmmSampler(model), 1000, 0).watts) {
    EXPECT_EQ(StateAt(watts), 0);
  }
}

// One absorbing Gaussian state: the readings are independent.
Path Gaussian(double mean_w, double sd_w, bool takes_level, double level_w, std::size_t draws) {
  Hsmm model;
  model.interval_s = kInterval;
  model.states = {State(mean_w, std::nullopt, sd_w)};
  model.states[0].takes_level = takes_level;
  model.initial = Eigen::VectorXd::Ones(1);
  model.transition = Eigen::MatrixXd::Zero(1, 1);
  return Draw(HsmmSampler(model), draws, 0, level_w);
}
double MeanOf(const Path& path) {
  double sum = 0;
  for (const double w : path.watts) sum += w;
  return sum / static_cast<double>(path.watts.size());
}

TEST(HsmmSampler, EmissionsHaveTheStatesMeanAndSpread) {
  const Path path = Gaussian(50, 4, false, 0, kDraws);
  const double mean = MeanOf(path);
  double squares = 0;
  for (const double w : path.watts) squares += (w - mean) * (w - mean);
  EXPECT_NEAR(mean, 50, 4 * kPerSe);
  EXPECT_NEAR(std::sqrt(squares / kDraws), 4, 4 / std::sqrt(2.0) * kPerSe);
  EXPECT_EQ(path.clamped, 0U);
}

// Alternating states of mean stays 0.45 and 0.2 s. The share of time is in whole intervals.
TEST(HsmmSampler, MarginalMeanIsTheStaysWeightedMean) {
  const DurationLaw first = Gamma(0.45, 2), second = Gamma(0.2, 3);
  const HsmmSampler sampler(Alternating(first, second));
  const auto mean_stay = [](const DurationLaw& law) {
    return DurationPmf(law, kInterval, 500).dot(Eigen::VectorXd::LinSpaced(500, 1, 500));
  };
  const double a = mean_stay(first), b = mean_stay(second);
  constexpr int kPaths = 200, kLength = 2000;  // some 300 cycles a path: the start is forgotten
  std::vector<double> means;
  for (std::uint32_t i = 0; i < kPaths; ++i) means.push_back(MeanOf(Draw(sampler, kLength, i)));
  double mean = 0, variance = 0;
  for (const double m : means) mean += m / kPaths;
  for (const double m : means) variance += (m - mean) * (m - mean) / (kPaths - 1);
  // Each path starts a stay of the first state afresh: at most one stay in 2000 readings of bias.
  constexpr double kStart = 0.5 * 5.0 / kLength;
  EXPECT_NEAR(mean, (1 * a + 2 * b) / (a + b), kSigmas * std::sqrt(variance / kPaths) + kStart);
}

TEST(HsmmSampler, LevelShiftsTheStatesThatTakeItAndNoOthers) {
  const Path with = Gaussian(50, 4, true, 3.5, 1000), without = Gaussian(50, 4, true, 0, 1000);
  const Path deaf = Gaussian(50, 4, false, 3.5, 1000);
  for (std::size_t t = 0; t < 1000; ++t) {
    EXPECT_NEAR(with.watts[t] - without.watts[t], 3.5, 1e-12);
    EXPECT_EQ(deaf.watts[t], without.watts[t]);
  }
}

TEST(HsmmSampler, NegativeDrawsAreSetToZeroAndCounted) {
  const Path path = Gaussian(1, 2, false, 0, kDraws);
  std::uint32_t zeros = 0;
  for (const double w : path.watts) {
    EXPECT_GE(w, 0);
    zeros += w == 0;
  }
  EXPECT_EQ(path.clamped, zeros);
  const double p = 0.5 * std::erfc(0.5 / std::sqrt(2.0));  // P(normal < -1/2)
  EXPECT_NEAR(path.clamped / static_cast<double>(kDraws), p, kPerSe * std::sqrt(p * (1 - p)));
}

TEST(HsmmSampler, SameWordsSamePathAndOtherWordsAnother) {
  const HsmmSampler sampler(Alternating(Gamma(0.5, 2), Gamma(0.3, 2)));
  const Path a = Draw(sampler, 100, 1), same = Draw(sampler, 100, 1), other = Draw(sampler, 100, 2);
  bool differs = false;
  for (std::size_t t = 0; t < 100; ++t) {
    EXPECT_EQ(a.watts[t], same.watts[t]);
    differs |= a.watts[t] != other.watts[t];
  }
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace edgesim
