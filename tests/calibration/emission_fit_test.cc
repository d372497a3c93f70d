// Tests of calibration/emission_fit.h: one step by hand, floors and limits, recovery, evidence.
#include "calibration/emission_fit.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <functional>
#include <limits>

#include "sim/rng.h"

namespace edgesim {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

EmissionOptions WithoutPrior(bool autoregressive = false) {
  return {.autoregressive = autoregressive,
          .largest_phi = 0.985,
          .prior_sd_w = 0,
          .prior_weight = 0,
          .floor_sd_w = 1e-9};
}

HsmmState State(double mean_w, double sd_w, double phi = 0) {
  return {.name = "s", .mean_w = mean_w, .sd_w = sd_w, .phi = phi};
}

TEST(FitEmission, GaussianIsTheWeightedMeanAndVariance) {
  const std::vector<WeightedReading> readings = {{.weight = 1, .watts = 10, .before = kNan},
                                                 {.weight = 0.5, .watts = 13, .before = 10},
                                                 {.weight = 0.25, .watts = 16, .before = 13}};
  HsmmState state = State(50, 9);
  FitEmission(readings, WithoutPrior(), state);
  const double mean = (10 + 6.5 + 4) / 1.75;
  EXPECT_NEAR(state.mean_w, mean, 1e-12);
  const double squares =
      std::pow(10 - mean, 2) + 0.5 * std::pow(13 - mean, 2) + 0.25 * std::pow(16 - mean, 2);
  EXPECT_NEAR(state.sd_w, std::sqrt(squares / 1.75), 1e-12);
  EXPECT_EQ(state.phi, 0);
}

// Normal equations of x = c + phi before, solved on their own.
TEST(FitEmission, AutoregressionIsTheWeightedRegression) {
  const std::vector<WeightedReading> readings = {{.weight = 1, .watts = 10, .before = 9},
                                                 {.weight = 0.5, .watts = 11.5, .before = 10},
                                                 {.weight = 2, .watts = 11, .before = 11.5},
                                                 {.weight = 0.75, .watts = 10.2, .before = 11},
                                                 {.weight = 1, .watts = 9.1, .before = 10.2}};
  Eigen::MatrixXd design(5, 2);
  Eigen::VectorXd x(5), weight(5);
  for (Eigen::Index i = 0; i < 5; ++i) {
    const WeightedReading& r = readings[static_cast<std::size_t>(i)];
    design.row(i) << 1, r.before;
    x(i) = r.watts;
    weight(i) = r.weight;
  }
  const Eigen::MatrixXd weighted = weight.asDiagonal() * design;
  const Eigen::VectorXd solution =
      (design.transpose() * weighted).ldlt().solve(weighted.transpose() * x);
  ASSERT_GT(solution(1), 0);
  ASSERT_LT(solution(1), 0.985);
  HsmmState state = State(8, 3, 0.2);
  FitEmission(readings, WithoutPrior(true), state);
  EXPECT_NEAR(state.phi, solution(1), 1e-10);
  EXPECT_NEAR(state.mean_w, solution(0) / (1 - solution(1)), 1e-9);
  const Eigen::VectorXd e = x - design * solution;
  EXPECT_NEAR(state.sd_w, std::sqrt(weight.dot(e.cwiseAbs2()) / weight.sum()), 1e-10);
}

// Readings that run away, or alternate: phi stays where the state returns to its mean.
TEST(FitEmission, PhiStaysWithinItsBounds) {
  std::vector<WeightedReading> away, alternating;
  for (int t = 0; t < 30; ++t) {
    away.push_back({.weight = 1, .watts = std::pow(1.2, t + 1), .before = std::pow(1.2, t)});
    alternating.push_back({.weight = 1,
                           .watts = 10 + (t % 2 == 0 ? 1.0 : -1.0),
                           .before = 10 - (t % 2 == 0 ? 1.0 : -1.0)});
  }
  HsmmState state = State(10, 1, 0.5);
  FitEmission(away, WithoutPrior(true), state);
  EXPECT_EQ(state.phi, 0.985);
  state = State(10, 1, 0.5);
  FitEmission(alternating, WithoutPrior(true), state);
  EXPECT_EQ(state.phi, 0);
  EXPECT_NEAR(state.mean_w, 10, 1e-12);
}

// Nothing to regress on: the ridge of the prior decides, not round-off.
TEST(FitEmission, EqualPredecessorsGiveNoAutoregression) {
  std::vector<WeightedReading> readings;
  for (int t = 0; t < 10; ++t) readings.push_back({.weight = 1, .watts = 5 + 0.1 * t, .before = 5});
  HsmmState state = State(5, 1, 0.5);
  FitEmission(readings, {.autoregressive = true}, state);
  EXPECT_EQ(state.phi, 0);
  EXPECT_NEAR(state.mean_w, 5.45, 1e-12);
}

// One step by hand: weights (nu + 1) / (nu + z^2) from the values the state had.
TEST(FitEmission, StudentWeighsOutliersDown) {
  const std::vector<double> watts = {9, 10, 10.5, 11, 40};
  std::vector<WeightedReading> readings;
  for (const double x : watts) readings.push_back({.weight = 1, .watts = x, .before = kNan});
  HsmmState state = State(10, 1);
  state.student_dof = 4;
  double weights = 0, sum = 0;
  for (const double x : watts) {
    const double w = 5 / (4 + (x - 10) * (x - 10));
    weights += w;
    sum += w * x;
  }
  FitEmission(readings, WithoutPrior(), state);
  EXPECT_NEAR(state.mean_w, sum / weights, 1e-12);
  EXPECT_LT(state.mean_w, 10.4);  // the plain mean is 16.1
  EXPECT_GE(*state.student_dof, 1.5);
  EXPECT_LE(*state.student_dof, 200);
}

std::vector<WeightedReading> Draws(std::size_t n, const std::function<double(WordStream&)>& draw) {
  WordStream words = Noise{.seed = 51}.Words(Stream::kRail);
  std::vector<WeightedReading> readings;
  for (std::size_t i = 0; i < n; ++i)
    readings.push_back({.weight = 1, .watts = draw(words), .before = kNan});
  return readings;
}

// Fisher information of location and scale of a Student t, per reading: (nu + 1) / (nu + 3) / s^2
// and 2 nu / (nu + 3) / s^2. The degrees of freedom are known to some tenth of their value here.
TEST(FitEmission, RecoversAStudentLaw) {
  constexpr std::size_t kReadings = 4000;
  constexpr double kDof = 4;
  const auto readings = Draws(kReadings, [](WordStream& words) {
    double chi_squared = 0;
    for (int k = 0; k < 4; ++k) chi_squared += std::pow(StandardNormal(words), 2);
    return 30 + 2 * StandardNormal(words) / std::sqrt(chi_squared / kDof);
  });
  HsmmState state = State(20, 10);
  state.student_dof = 50;
  for (int step = 0; step < 100; ++step) FitEmission(readings, WithoutPrior(), state);
  const double root = std::sqrt(kReadings);
  EXPECT_NEAR(state.mean_w, 30, 4 * 2 * std::sqrt(7.0 / 5) / root);
  // Scale and degrees of freedom are correlated: twice the error of the scale alone.
  EXPECT_NEAR(state.sd_w, 2, 2 * 4 * 2 * std::sqrt(7.0 / 8) / root);
  EXPECT_NEAR(*state.student_dof, kDof, 1.2);
}

TEST(FitEmission, RecoversAMixtureOfTwo) {
  constexpr std::size_t kReadings = 10'000;
  const auto readings = Draws(kReadings, [](WordStream& words) {
    const bool first = Uniform01(words) < 0.7;
    return first ? 50 - 1.5 + 0.5 * StandardNormal(words) : 50 + 3.5 + 1.0 * StandardNormal(words);
  });
  HsmmState state = State(45, 1);
  state.mixture = {{.weight = 0.5, .offset_w = 0, .sd_w = 2},
                   {.weight = 0.5, .offset_w = 1, .sd_w = 4}};
  for (int step = 0; step < 100; ++step) FitEmission(readings, WithoutPrior(), state);
  // Components 5 W apart: every reading shows which it has. The state's mean is the mixture's.
  const double low = std::sqrt(0.7 * kReadings), high = std::sqrt(0.3 * kReadings);
  const MixtureComponent &a = state.mixture[0], &b = state.mixture[1];
  EXPECT_NEAR(state.mean_w, 50, 4 * std::sqrt(0.21 * 25 + 0.475) / std::sqrt(kReadings));
  EXPECT_NEAR(a.weight * a.offset_w + b.weight * b.offset_w, 0, 1e-9);
  EXPECT_NEAR(a.weight, 0.7, 4 * std::sqrt(0.21 / kReadings));
  EXPECT_NEAR(state.mean_w + a.offset_w, 48.5, 4 * 0.5 / low);
  EXPECT_NEAR(state.mean_w + b.offset_w, 53.5, 4 * 1.0 / high);
  EXPECT_NEAR(a.sd_w, 0.5, 4 * 0.5 / low / std::sqrt(2));
  EXPECT_NEAR(b.sd_w, 1, 4 * 1.0 / high / std::sqrt(2));
}

// So far out that all densities underflow a reading is the widest component's.
TEST(FitEmission, AReadingFarOutBelongsToTheWidestComponent) {
  std::vector<WeightedReading> readings(50, {.weight = 1, .watts = 10, .before = kNan});
  for (std::size_t i = 0; i < 50; ++i) readings[i].watts += i % 2 == 0 ? 0.5 : -0.5;
  readings.push_back({.weight = 1, .watts = 500, .before = kNan});
  HsmmState state = State(10, 1);
  state.mixture = {{.weight = 0.9, .offset_w = 0, .sd_w = 0.5},
                   {.weight = 0.1, .offset_w = 0, .sd_w = 3}};
  FitEmission(readings, EmissionOptions{}, state);
  EXPECT_NEAR(state.mean_w + state.mixture[0].offset_w, 10, 0.2);
  EXPECT_LT(state.mixture[0].sd_w, 1);
  EXPECT_GT(state.mixture[1].sd_w, 50);
}

TEST(FitEmission, ThePriorAndTheFloorKeepASpikeAway) {
  std::vector<WeightedReading> readings(10, {.weight = 1, .watts = 12.5, .before = kNan});
  HsmmState state = State(9, 1);
  FitEmission(readings, EmissionOptions{}, state);
  EXPECT_NEAR(state.mean_w, 12.5, 1e-12);
  EXPECT_NEAR(state.sd_w, std::sqrt(2 * 0.04 / 12), 1e-12);
  readings.resize(1000, readings[0]);
  FitEmission(readings, EmissionOptions{}, state);
  EXPECT_EQ(state.sd_w, EmissionOptions{}.floor_sd_w);

  state.mixture = {{.weight = 0.5, .offset_w = 0, .sd_w = 1},
                   {.weight = 0.5, .offset_w = 0.1, .sd_w = 2}};
  for (int step = 0; step < 50; ++step) FitEmission(readings, EmissionOptions{}, state);
  double weights = 0;
  for (const MixtureComponent& c : state.mixture) {
    EXPECT_GE(c.sd_w, EmissionOptions{}.floor_sd_w);
    EXPECT_GE(c.weight, 0.9e-4);  // a component does not die
    weights += c.weight;
  }
  EXPECT_NEAR(weights, 1, 1e-12);
}

// A level known to some variance widens the innovation, by (1 - phi)^2 where it is regressed.
TEST(FitEmission, TheLevelsVarianceCounts) {
  std::vector<WeightedReading> readings;
  for (int t = 0; t < 8; ++t)
    readings.push_back(
        {.weight = 1, .watts = t % 2 == 0 ? 9.0 : 11.0, .before = kNan, .level_variance = 3});
  HsmmState state = State(10, 1);
  FitEmission(readings, WithoutPrior(), state);
  EXPECT_NEAR(state.sd_w, 2, 1e-12);  // sqrt(1 + 3)
  HsmmState mixture = State(10, 1);
  mixture.mixture = {{.weight = 1, .offset_w = 0, .sd_w = 1}};
  FitEmission(readings, WithoutPrior(), mixture);
  EXPECT_NEAR(mixture.mixture[0].sd_w, 2, 1e-12);

  for (WeightedReading& r : readings) r.before = 10;
  readings[0].before = 8;  // phi is 1/2 by (-1)(-2) / 4 with the mean predecessor near 10
  for (const bool with_mixture : {false, true}) {
    HsmmState regressed = State(10, 1);
    if (with_mixture) regressed.mixture = {{.weight = 1, .offset_w = 0, .sd_w = 1}};
    HsmmState without = regressed;
    FitEmission(readings, WithoutPrior(true), regressed);
    std::vector<WeightedReading> known = readings;
    for (WeightedReading& r : known) r.level_variance = 0;
    FitEmission(known, WithoutPrior(true), without);
    EXPECT_GT(regressed.phi, 0.1);
    EXPECT_NEAR(regressed.phi, without.phi, 1e-12);
    const auto variance = [&](const HsmmState& s) {
      return std::pow(with_mixture ? s.mixture[0].sd_w : s.sd_w, 2);
    };
    EXPECT_NEAR(variance(regressed), variance(without) + 3 * std::pow(1 - without.phi, 2), 1e-10);
  }
}

TEST(FitEmission, AStateThatIsNotVisitedStaysAsItIs) {
  HsmmState state = State(9, 1.5, 0.25);
  FitEmission({{.weight = 1e-7, .watts = 40, .before = 3}}, WithoutPrior(true), state);
  EXPECT_EQ(state.mean_w, 9);
  EXPECT_EQ(state.sd_w, 1.5);
  EXPECT_EQ(state.phi, 0.25);
  FitEmission({}, WithoutPrior(true), state);
  EXPECT_EQ(state.mean_w, 9);
}

// A generalised EM step: the weighted log density of the readings does not fall.
TEST(PropertyFitEmission, NeverLowersTheWeightedLogDensity) {
  for (std::uint32_t i = 0; i < 200; ++i) {
    WordStream words = Noise{.seed = 52}.Of(i).Words(Stream::kRail);
    for (const int kind : {0, 1, 2}) {
      for (const bool autoregressive : {false, true}) {
        HsmmState state = State(8 + 4 * Uniform01(words), 0.5 + Uniform01(words),
                                autoregressive ? 0.9 * Uniform01(words) : 0);
        if (kind == 1) state.student_dof = 2 + 10 * Uniform01(words);
        if (kind == 2) {
          const double p = 0.1 + 0.8 * Uniform01(words);
          state.mixture = {{p, -Uniform01(words), 0.3 + Uniform01(words)},
                           {1 - p, 2 * Uniform01(words), 0.5 + 3 * Uniform01(words)}};
        }
        std::vector<WeightedReading> readings;
        double before = 10;
        for (int t = 0; t < 40; ++t) {
          const double x =
              10 + 0.5 * (before - 10) + StandardNormal(words) * (Uniform01(words) < 0.1 ? 5 : 1);
          readings.push_back({.weight = Uniform01(words), .watts = x, .before = before});
          before = x;
        }
        const auto log_density = [&](const HsmmState& s) {
          double sum = 0;
          for (const WeightedReading& r : readings) {
            const double e = r.watts - s.mean_w - s.phi * (r.before - s.mean_w);
            sum += r.weight * LogInnovation(s, e, 1);
          }
          return sum;
        };
        for (int step = 0; step < 5; ++step) {
          const double was = log_density(state);
          FitEmission(readings, WithoutPrior(autoregressive), state);
          EXPECT_GE(log_density(state), was - 1e-9 * std::abs(was))
              << "draw " << i << ", kind " << kind << ", ar " << autoregressive << ", step "
              << step;
        }
      }
    }
  }
}

TEST(EvidenceForLevel, OfAGaussianIsItsDeviationAndPrecision) {
  const LevelEvidence evidence = EvidenceForLevel(State(50, 2), 53, 60);
  EXPECT_NEAR(evidence.precision, 0.25, 1e-15);
  EXPECT_NEAR(evidence.level_w, 3, 1e-15);
}

// x - m - phi (before - m) = 1 - 0.5 * 4 = -1, of which a level has (1 - phi).
TEST(EvidenceForLevel, OfARegressedReadingIsItsResidual) {
  const LevelEvidence evidence = EvidenceForLevel(State(50, 2, 0.5), 51, 54);
  EXPECT_NEAR(evidence.precision, 0.25 * 0.25, 1e-15);
  EXPECT_NEAR(evidence.level_w, -2, 1e-15);
  // Without a predecessor: stationary, variance 4 / (1 - 0.25).
  const LevelEvidence first = EvidenceForLevel(State(50, 2, 0.5), 51, kNan);
  EXPECT_NEAR(first.precision, 0.75 / 4, 1e-15);
  EXPECT_NEAR(first.level_w, 1, 1e-15);
}

TEST(EvidenceForLevel, OfAStudentFadesWithTheDistance) {
  HsmmState state = State(50, 2);
  state.student_dof = 3;
  EXPECT_NEAR(EvidenceForLevel(state, 50, kNan).precision, 4.0 / 3 / 4, 1e-15);
  EXPECT_NEAR(EvidenceForLevel(state, 56, kNan).precision, 4.0 / 12 / 4, 1e-15);
}

TEST(EvidenceForLevel, OfAMixtureHasTheMixturesVariance) {
  HsmmState state = State(50, 99);
  state.mixture = {{.weight = 0.75, .offset_w = -1, .sd_w = 1},
                   {.weight = 0.25, .offset_w = 3, .sd_w = 2}};
  const LevelEvidence evidence = EvidenceForLevel(state, 53, kNan);
  EXPECT_NEAR(evidence.precision, 1 / (0.75 * 2 + 0.25 * 13), 1e-15);
  EXPECT_NEAR(evidence.level_w, 3, 1e-15);
}

}  // namespace
}  // namespace edgesim
