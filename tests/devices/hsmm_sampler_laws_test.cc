// Tests of devices/hsmm_sampler.h: the laws of every kind of emission and stay, by simulation;
// paths that begin inside a stay or go on from another.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <vector>

#include "devices/hsmm_sampler.h"
#include "tests/devices/sampled_paths.h"
#include "tests/support/fnv.h"
#include "tests/support/statistics.h"

namespace edgesim {
namespace {

Hsmm Steady(const HsmmState& state) {
  Hsmm model;
  model.interval_s = kInterval;
  model.states = {state};
  model.initial = Eigen::VectorXd::Ones(1);
  model.transition = Eigen::MatrixXd::Zero(1, 1);
  return model;
}

// The paths of the sampler before autoregression and other innovations came: the words a Gaussian
// model takes from its streams, and their order, must not change.
TEST(GoldenHsmmSampler, GaussianPathsAreThoseOfTheFirstRelease) {
  Hsmm model;
  model.interval_s = 0.1;
  model.states = {State(10, Gamma(0.5, 2), 0.5), State(20, Gamma(0.3, 4), 2),
                  State(5, std::nullopt, 4)};
  model.states[1].takes_level = model.states[2].takes_level = true;
  model.initial = Eigen::Vector3d(0.6, 0.4, 0);
  model.transition = Eigen::Matrix3d{{0, 0.99, 0.01}, {1, 0, 0}, {0, 0, 0}};
  const HsmmSampler sampler(model);
  Fnv1a64 hash;
  std::uint32_t clamped = 0;
  for (std::uint32_t i = 0; i < 50; ++i) {
    const Path path = Draw(sampler, 200, i, 1.5);
    clamped += path.clamped;
    for (const double w : path.watts) hash.Add(w);
  }
  EXPECT_EQ(hash.Value(), 0x26bc04262c6da6e5U);
  EXPECT_EQ(clamped, 98U);
}

// Counts of what is below each of the edges, against a distribution function.
template <typename Cdf>
double PValue(const std::vector<double>& draws, const std::vector<double>& edges, const Cdf& cdf) {
  std::vector<std::uint64_t> counts(edges.size() + 1);
  for (const double x : draws)
    ++counts[static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), x) -
                                      edges.begin())];
  std::vector<double> probabilities;
  double below = 0;
  for (const double edge : edges) {
    probabilities.push_back(cdf(edge) - below);
    below = cdf(edge);
  }
  probabilities.push_back(1 - below);
  return ChiSquarePValue(counts, probabilities);
}

std::vector<double> Edges(double centre, double scale) {
  std::vector<double> edges;
  for (int k = -20; k <= 20; ++k) edges.push_back(centre + 0.3 * scale * k);
  return edges;
}

double NormalCdf(double x, double mean, double sd) {
  return 0.5 * std::erfc((mean - x) / (sd * std::sqrt(2.0)));
}

TEST(HsmmSampler, StudentInnovationsFollowTheirLaw) {
  for (const double dof : {1.5, 4.0, 60.0}) {
    HsmmState state = State(1000, std::nullopt, 2);  // 0 W is 500 scales away
    state.student_dof = dof;
    const Path path = Draw(HsmmSampler(Steady(state)), kDraws, 0);
    const boost::math::students_t_distribution<double> law(dof);
    EXPECT_GT(PValue(path.watts, Edges(1000, 2),
                     [&](double x) { return boost::math::cdf(law, (x - 1000) / 2); }),
              kSmallestPValue)
        << dof;
  }
}

TEST(HsmmSampler, MixtureInnovationsFollowTheirLaw) {
  HsmmState state = State(50, std::nullopt, 0);
  state.mixture = {{.weight = 0.7, .offset_w = -1, .sd_w = 0.5},
                   {.weight = 0.3, .offset_w = 2, .sd_w = 3}};
  const Path path = Draw(HsmmSampler(Steady(state)), kDraws, 0);
  EXPECT_GT(
      PValue(path.watts, Edges(50, 1),
             [](double x) { return 0.7 * NormalCdf(x, 49, 0.5) + 0.3 * NormalCdf(x, 52, 3); }),
      kSmallestPValue);
}

// Standard error of a mean of n values with lag-one correlation phi: sqrt((1 + phi) / (1 - phi) /
// n) standard deviations; of the variance and of the correlation, less than that times sqrt(2).
TEST(HsmmSampler, AutoregressiveReadingsHaveTheirStationaryMoments) {
  for (const double phi : {0.3, 0.8, 0.95}) {
    HsmmState state = State(60, std::nullopt, 2);
    state.phi = phi;
    const std::vector<double> x = Draw(HsmmSampler(Steady(state)), kDraws, 0).watts;
    double mean = 0, variance = 0, product = 0;
    for (const double w : x) mean += w / kDraws;
    for (std::size_t t = 0; t < kDraws; ++t) {
      variance += (x[t] - mean) * (x[t] - mean) / kDraws;
      if (t > 0) product += (x[t] - mean) * (x[t - 1] - mean) / kDraws;
    }
    const double expected = 4 / (1 - phi * phi);
    const double per_se = kPerSe * std::sqrt((1 + phi) / (1 - phi));
    EXPECT_NEAR(mean, 60, std::sqrt(expected) * per_se) << phi;
    EXPECT_NEAR(variance, expected, std::sqrt(2.0) * expected * per_se) << phi;
    EXPECT_NEAR(product / variance, phi, std::sqrt(1 - phi * phi) * kPerSe + 1e-4) << phi;
  }
}

// What is left of each reading is the innovation, whatever its kind.
TEST(HsmmSampler, AutoregressiveInnovationsFollowTheirLaw) {
  HsmmState state = State(60, std::nullopt, 0);
  state.phi = 0.7;
  state.mixture = {{.weight = 0.6, .offset_w = -1, .sd_w = 0.5},
                   {.weight = 0.4, .offset_w = 1.5, .sd_w = 1}};
  const std::vector<double> x = Draw(HsmmSampler(Steady(state)), kDraws, 0).watts;
  std::vector<double> innovations;
  for (std::size_t t = 1; t < x.size(); ++t)
    innovations.push_back(x[t] - 60 - 0.7 * (x[t - 1] - 60));
  EXPECT_GT(
      PValue(innovations, Edges(0, 0.5),
             [](double e) { return 0.6 * NormalCdf(e, -1, 0.5) + 0.4 * NormalCdf(e, 1.5, 1); }),
      kSmallestPValue);
}

// The first reading of an autoregressive state has the stationary law.
TEST(HsmmSampler, AnAutoregressiveStateStartsStationary) {
  HsmmState state = State(60, std::nullopt, 2);
  state.phi = 0.8;
  const HsmmSampler sampler(Steady(state));
  std::vector<double> first;
  for (std::uint32_t i = 0; i < 50'000; ++i) first.push_back(Draw(sampler, 1, i).watts[0]);
  const double sd = 2 / 0.6;
  EXPECT_GT(PValue(first, Edges(60, sd), [&](double x) { return NormalCdf(x, 60, sd); }),
            kSmallestPValue);
}

TEST(HsmmSampler, TheFirstReadingHasItsOwnLawAndIsReturnedFrom) {
  Hsmm model = Steady(State(60, std::nullopt));
  model.states[0].phi = 0.5;
  model.states[0].takes_level = true;
  model.first_reading = FirstReading{.mean_w = 20, .sd_w = 3};
  const HsmmSampler sampler(model);
  std::vector<double> first;
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    const Path path = Draw(sampler, 2, i, 4);
    first.push_back(path.watts[0]);
    if (i < 100) {
      EXPECT_NEAR(path.watts[1], 64 + 0.5 * (path.watts[0] - 64), 6 * kTinySd);
    }
  }
  EXPECT_GT(PValue(first, Edges(20, 3), [](double x) { return NormalCdf(x, 20, 3); }),
            kSmallestPValue);
}

// A stay's deviation is carried into the next state: x_(t-1) is the reading, not the state's.
TEST(HsmmSampler, AutoregressionGoesOnAcrossAChangeOfState) {
  Hsmm model = Alternating(Gamma(0.05, 1000), Gamma(0.05, 1000));  // one interval each
  model.states[0].mean_w = 10;
  model.states[1].mean_w = 30;
  model.states[1].phi = 0.5;
  const Path path = Draw(HsmmSampler(model), 2, 0);
  EXPECT_NEAR(path.watts[0], 10, 6 * kTinySd);
  EXPECT_NEAR(path.watts[1], 20, 6 * kTinySd);
}

std::vector<DurationLaw> EveryFamily() {
  return {{.family = DurationFamily::kGeometric, .mean_s = 0.45, .shape = 0, .table = {}},
          {.family = DurationFamily::kPoisson, .mean_s = 0.45, .shape = 0, .table = {}},
          {.family = DurationFamily::kNegativeBinomial, .mean_s = 0.45, .shape = 0.7, .table = {}},
          {.family = DurationFamily::kLognormal, .mean_s = 0.45, .shape = 0.8, .table = {}},
          {.family = DurationFamily::kTable, .mean_s = 0, .shape = 0, .table = {0.2, 0, 0.5, 0.3}}};
}

TEST(HsmmSampler, StaysOfEveryFamilyFollowTheirLaw) {
  for (const DurationLaw& law : EveryFamily()) {
    const HsmmSampler sampler(Alternating(law, Gamma(0.2, 3)));
    constexpr int kLongest = 400;
    std::vector<std::uint64_t> counts(kLongest);
    std::size_t run = 0;
    for (const double watts : Draw(sampler, 200'000, 0).watts) {
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
        << kDurationFamilyNames[static_cast<std::size_t>(law.family)];
  }
}

// Length of the first run of state 0 in paths that begin there.
std::vector<std::uint64_t> FirstStays(const HsmmSampler& sampler, int paths, int longest,
                                      const std::optional<HsmmSampler::Past>& past) {
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(longest));
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(paths); ++i) {
    const Noise noise{.seed = 12, .entity = i};
    std::vector<double> watts(static_cast<std::size_t>(longest) + 1);
    sampler.Sample(0, noise.Words(Stream::kTie), noise.Words(Stream::kLevel), watts, past);
    std::size_t stay = 0;
    while (stay < counts.size() && StateAt(watts[stay]) == 0) ++stay;
    if (stay > 0) ++counts[stay - 1];
  }
  return counts;
}

// Equilibrium law: P(r remain) = P(U >= r) / E[U].
TEST(HsmmSampler, AMidStayStartHasTheLawOfWhatRemains) {
  std::vector<DurationLaw> laws = EveryFamily();
  laws.push_back(Gamma(0.45, 6));
  for (const DurationLaw& law : laws) {
    Hsmm model = Alternating(law, Gamma(0.2, 3));
    model.starts_mid_stay = true;
    constexpr int kLongest = 150;
    const auto counts = FirstStays(HsmmSampler(model), 20'000, kLongest, {});
    Eigen::VectorXd residual = DurationPmf(law, kInterval, kLongest);
    for (Eigen::Index r = kLongest - 2; r >= 0; --r) residual(r) += residual(r + 1);
    residual /= residual.sum();
    EXPECT_GT(ChiSquarePValue(counts, {residual.data(), kLongest}), kSmallestPValue)
        << kDurationFamilyNames[static_cast<std::size_t>(law.family)];
  }
}

// P(r remain | a have passed) = P(a + r) / P(U > a).
TEST(HsmmSampler, AContinuedStayHasTheConditionalLaw) {
  std::vector<DurationLaw> laws = EveryFamily();
  laws.push_back(Gamma(0.45, 6));
  for (const DurationLaw& law : laws) {
    const HsmmSampler sampler(Alternating(law, Gamma(0.2, 3)));
    for (const std::uint32_t age : {1U, 2U}) {
      constexpr int kLongest = 150;
      const auto counts = FirstStays(sampler, 10'000, kLongest,
                                     HsmmSampler::Past{.watts = 1, .state = 0, .age = age});
      const Eigen::VectorXd pmf = DurationPmf(law, kInterval, kLongest + static_cast<int>(age));
      const Eigen::VectorXd rest = pmf.tail(kLongest) / pmf.tail(kLongest).sum();
      EXPECT_GT(ChiSquarePValue(counts, {rest.data(), kLongest}), kSmallestPValue)
          << kDurationFamilyNames[static_cast<std::size_t>(law.family)] << ", age " << age;
    }
  }
}

TEST(HsmmSampler, APathGoesOnFromItsLastReadingAndState) {
  Hsmm model = LeftToRight();
  model.first_reading = FirstReading{.mean_w = 90, .sd_w = 1};  // not of a path that goes on
  model.states[3].phi = 0.5;
  const HsmmSampler sampler(model);
  const Noise noise{.seed = 13};
  std::vector<double> watts(3);
  sampler.Sample(0, noise.Words(Stream::kTie), noise.Words(Stream::kLevel), watts,
                 HsmmSampler::Past{.watts = 12, .state = 3, .age = 7});
  EXPECT_NEAR(watts[0], 8, 6 * kTinySd);
  EXPECT_NEAR(watts[1], 6, 9 * kTinySd);
  EXPECT_NEAR(watts[2], 5, 12 * kTinySd);
}

}  // namespace
}  // namespace edgesim
