// EM for HSMMs: fits of models that are known, levels, priors, and what must not change.
#include "calibration/hsmm_em.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "devices/hsmm_sampler.h"

namespace edgesim {
namespace {

using Eigen::Index;

// Fits of models that are known.

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInterval = 0.1;

DurationLaw Gamma(double mean_s, double shape) {
  return {.family = DurationFamily::kGamma, .mean_s = mean_s, .shape = shape, .table = {}};
}

std::vector<double> Sample(const Hsmm& model, double level_w, std::uint32_t sequence,
                           std::size_t length) {
  const Noise noise{.seed = 77, .episode = sequence};
  std::vector<double> path(length);
  HsmmSampler(model).Sample(level_w, noise.Words(StreamOfRail(0, RailStream::kDwell)),
                            noise.Words(StreamOfRail(0, RailStream::kEmission)), path);
  return path;
}

Hsmm TwoStates() {
  Hsmm model{.interval_s = kInterval,
             .states = {{.name = "low", .mean_w = 20, .sd_w = 1, .duration = Gamma(1, 4)},
                        {.name = "high", .mean_w = 30, .sd_w = 2, .duration = Gamma(2, 6)}},
             .initial = Eigen::Vector2d(0.5, 0.5),
             .transition = (Eigen::Matrix2d() << 0, 1, 1, 0).finished()};
  return model;
}

// Start values well off the truth.
Hsmm TwoStatesGuess() {
  Hsmm model = TwoStates();
  model.states[0].mean_w = 22;
  model.states[1].mean_w = 27;
  for (HsmmState& state : model.states) {
    state.sd_w = 3;
    state.duration = Gamma(0.8, 2);
  }
  return model;
}

std::vector<std::vector<double>> TwoStateSequences(std::uint32_t count, std::size_t length) {
  std::vector<std::vector<double>> sequences;
  for (std::uint32_t i = 0; i < count; ++i) sequences.push_back(Sample(TwoStates(), 0, i, length));
  return sequences;
}

// With 20 x 400 readings there are 800 s / 3 s = 266 stays of each state: 2660 readings of `low`
// and 5330 of `high`. Four standard errors.
void ExpectTwoStates(const Hsmm& fit, double readings_share) {
  const double low = std::sqrt(2660 * readings_share), high = std::sqrt(5330 * readings_share),
               stays = std::sqrt(266);
  EXPECT_NEAR(fit.states[0].mean_w, 20, 4 * 1 / low);
  EXPECT_NEAR(fit.states[1].mean_w, 30, 4 * 2 / high);
  EXPECT_NEAR(fit.states[0].sd_w, 1, 4 * 1 / (low * std::sqrt(2)));
  EXPECT_NEAR(fit.states[1].sd_w, 2, 4 * 2 / (high * std::sqrt(2)));
  EXPECT_NEAR(fit.states[0].duration->mean_s, 1, 4 * (1 / std::sqrt(4)) / stays);
  EXPECT_NEAR(fit.states[1].duration->mean_s, 2, 4 * (2 / std::sqrt(6)) / stays);
  // Var of the shape's estimate: k / (k trigamma(k) - 1) per stay, i.e. sd 5.4 for 4 and 8.2 for 6.
  EXPECT_NEAR(fit.states[0].duration->shape, 4, 4 * 5.4 / stays);
  EXPECT_NEAR(fit.states[1].duration->shape, 6, 4 * 8.2 / stays);
}

TEST(FitHsmmTest, RecoversTwoStates) {
  const HsmmFit fit = FitHsmm(TwoStatesGuess(), 0, TwoStateSequences(20, 400), EmOptions{});
  ExpectTwoStates(fit.model, 1);
  EXPECT_EQ(fit.level_sd_w, 0);
  EXPECT_EQ(fit.model.transition(0, 1), 1);
  EXPECT_NEAR(fit.model.initial(0), 0.5, 4 * std::sqrt(0.25 / 20));
}

TEST(FitHsmmTest, MissingReadingsTellNothing) {
  std::vector<std::vector<double>> sequences = TwoStateSequences(20, 400);
  std::size_t left = 0;
  for (std::uint32_t i = 0; i < 20; ++i) {
    WordStream words = Noise{.seed = 78, .episode = i}.Words(Stream::kRail);
    for (double& x : sequences[i]) {
      if (Uniform01(words) < 0.2) {
        x = kNan;
      } else {
        ++left;
      }
    }
  }
  const HsmmFit fit = FitHsmm(TwoStatesGuess(), 0, sequences, EmOptions{});
  ExpectTwoStates(fit.model, 0.8);
  // 2 x (mean, sd, two of the duration) and the law of the first state.
  EXPECT_EQ(fit.parameters, 9);
  EXPECT_NEAR(fit.bic, 9 * std::log(static_cast<double>(left)) - 2 * fit.log_likelihood, 1e-6);
}

TEST(FitHsmmTest, TheLogLikelihoodIsThatOfTheModelReturned) {
  const std::vector<std::vector<double>> sequences = TwoStateSequences(3, 200);
  EmOptions options;
  options.outlier_weight = 0;
  options.max_iterations = 5;
  const HsmmFit fit = FitHsmm(TwoStatesGuess(), 0, sequences, options);
  double sum = 0;
  for (const auto& x : sequences) sum += LogLikelihood(fit.model, x, 0);
  EXPECT_NEAR(fit.log_likelihood, sum, 1e-9 * std::abs(sum));
  EXPECT_EQ(fit.iterations, 5);
}

// start -> ramp -> plateau, the plateau with a level of its own in each sequence.
Hsmm Ramp() {
  Hsmm model{
      .interval_s = kInterval,
      .states =
          {{.name = "start", .mean_w = 25, .sd_w = 2, .duration = Gamma(0.8, 8)},
           {.name = "ramp", .mean_w = 60, .sd_w = 6, .duration = Gamma(1.2, 5)},
           {.name = "plateau", .mean_w = 110, .sd_w = 0.8, .takes_level = true, .duration = {}}},
      .initial = Eigen::Vector3d(1, 0, 0),
      .transition = Eigen::Matrix3d::Zero()};
  model.transition(0, 1) = model.transition(1, 2) = 1;
  return model;
}

constexpr int kRamps = 80;
constexpr double kLevelSd = 1.5;

struct Ramps {
  std::vector<std::vector<double>> sequences;
  std::vector<double> level_w;
  double mean_level_w = 0;
};

Ramps SampleRamps() {
  Ramps ramps;
  for (std::uint32_t i = 0; i < kRamps; ++i) {
    WordStream words = Noise{.seed = 79, .episode = i}.Words(Stream::kLevel);
    ramps.level_w.push_back(kLevelSd * StandardNormal(words));
    ramps.mean_level_w += ramps.level_w.back() / kRamps;
    ramps.sequences.push_back(Sample(Ramp(), ramps.level_w.back(), 1000 + i, 80));
  }
  return ramps;
}

Hsmm RampGuess() {
  Hsmm model = Ramp();
  const double means[] = {30, 70, 105};
  for (std::size_t j = 0; j < 3; ++j) {
    model.states[j].mean_w = means[j];
    model.states[j].sd_w = 5;
    if (model.states[j].duration) model.states[j].duration = Gamma(0.5, 5);
  }
  return model;
}

TEST(FitHsmmTest, RecoversALeftToRightModelWithItsLevels) {
  const Ramps ramps = SampleRamps();
  const HsmmFit fit = FitHsmm(RampGuess(), 0.5, ramps.sequences, EmOptions{});
  const std::vector<HsmmState>& states = fit.model.states;
  // 80 stays of 8.5 and 12.5 intervals in the mean; four standard errors.
  EXPECT_NEAR(states[0].mean_w, 25, 4 * 2 / std::sqrt(80 * 8.5));
  EXPECT_NEAR(states[1].mean_w, 60, 4 * 6 / std::sqrt(80 * 12.5));
  EXPECT_NEAR(states[0].sd_w, 2, 4 * 2 / std::sqrt(2 * 80 * 8.5));
  EXPECT_NEAR(states[1].sd_w, 6, 4 * 6 / std::sqrt(2 * 80 * 12.5));
  EXPECT_NEAR(states[0].duration->mean_s, 0.8, 4 * 0.8 / std::sqrt(8 * 80));
  EXPECT_NEAR(states[1].duration->mean_s, 1.2, 4 * 1.2 / std::sqrt(5 * 80));
  // The levels' mean goes into the state, so its mean is that of this sample of levels.
  EXPECT_NEAR(states[2].mean_w, 110 + ramps.mean_level_w, 4 * 0.8 / std::sqrt(80 * 60));
  EXPECT_NEAR(states[2].sd_w, 0.8, 4 * 0.8 / std::sqrt(2 * 80 * 60));
  EXPECT_NEAR(fit.level_sd_w, kLevelSd, 4 * kLevelSd / std::sqrt(2 * kRamps));
  ASSERT_EQ(fit.level_w.size(), static_cast<std::size_t>(kRamps));
  for (std::size_t i = 0; i < kRamps; ++i) {
    // About 60 plateau readings of sd 0.8 tell each level; five standard errors for 80 of them.
    EXPECT_NEAR(fit.level_w[i], ramps.level_w[i] - ramps.mean_level_w, 5 * 0.8 / std::sqrt(55))
        << i;
  }
}

TEST(FitHsmmTest, ZeroTransitionsAndAbsorbingStatesStay) {
  const HsmmFit fit = FitHsmm(RampGuess(), 0.5, SampleRamps().sequences, EmOptions{});
  EXPECT_EQ(fit.model.initial, Ramp().initial);
  EXPECT_EQ(fit.model.transition, Ramp().transition);
  EXPECT_FALSE(fit.model.states[2].duration.has_value());
  EXPECT_TRUE(fit.model.states[2].takes_level);
  EXPECT_FALSE(fit.model.states[0].takes_level);
  // 3 x (mean, sd), 2 x (duration), and the level's sd.
  EXPECT_EQ(fit.parameters, 11);
  EXPECT_NO_THROW(Validate(fit.model));
}

TEST(FitHsmmTest, TheLevelStepDoesNotUndoTheRise) {
  // The log-likelihood is the one given the levels' posterior means, which EM of the marginal need
  // not raise at every step; a fall must stay below a thousandth of the total rise.
  const Ramps ramps = SampleRamps();
  EmOptions options;
  options.emission.prior_weight = 0;
  options.outlier_weight = 0;
  options.tolerance = 0;
  options.max_iterations = 12;
  const std::vector<double> course = FitHsmm(RampGuess(), 0.5, ramps.sequences, options).course;
  const double rise = course.back() - course.front();
  EXPECT_GT(rise, 0);
  for (std::size_t i = 1; i < course.size(); ++i)
    EXPECT_GE(course[i], course[i - 1] - 1e-3 * rise) << i;
}

TEST(FitHsmmTest, OneSequenceIsEnough) {
  const HsmmFit fit = FitHsmm(RampGuess(), 0.5, {SampleRamps().sequences[0]}, EmOptions{});
  EXPECT_TRUE(std::isfinite(fit.log_likelihood));
  EXPECT_NO_THROW(Validate(fit.model));
  ASSERT_EQ(fit.level_w.size(), 1U);
  EXPECT_NEAR(fit.level_w[0], 0, 1e-9);  // its mean is in the state
  EXPECT_TRUE(std::isfinite(fit.level_sd_w));
}

TEST(FitHsmmTest, ThePriorKeepsAConstantSequenceFromCollapsing) {
  const Hsmm one{.interval_s = kInterval,
                 .states = {{.name = "only", .mean_w = 9, .sd_w = 1}},
                 .initial = Eigen::VectorXd::Ones(1),
                 .transition = Eigen::MatrixXd::Zero(1, 1)};
  const HsmmFit ten = FitHsmm(one, 0, {std::vector<double>(10, 12.5)}, EmOptions{});
  EXPECT_NEAR(ten.model.states[0].mean_w, 12.5, 1e-9);
  // Two readings' worth of 0.2 W: sqrt(2 * 0.04 / (10 + 2)).
  EXPECT_NEAR(ten.model.states[0].sd_w, std::sqrt(0.08 / 12), 1e-9);
  const HsmmFit thousand = FitHsmm(one, 0, {std::vector<double>(1000, 12.5)}, EmOptions{});
  EXPECT_EQ(thousand.model.states[0].sd_w, EmOptions{}.emission.floor_sd_w);
  EXPECT_TRUE(std::isfinite(thousand.log_likelihood));
}

TEST(FitHsmmTest, AStateNoSequenceVisitsKeepsItsStartValues) {
  Hsmm start = TwoStates();
  start.states.push_back({.name = "far", .mean_w = 500, .sd_w = 1, .duration = Gamma(1, 4)});
  start.initial = Eigen::Vector3d(0.5, 0.5, 0);
  start.transition = Eigen::Matrix3d::Zero();
  start.transition(0, 1) = start.transition(1, 0) = start.transition(2, 0) =
      1;  // nothing leads to it
  const HsmmFit fit = FitHsmm(start, 0, TwoStateSequences(2, 200), EmOptions{});
  EXPECT_EQ(fit.model.states[2].mean_w, 500);
  EXPECT_EQ(fit.model.states[2].duration->mean_s, 1);
  EXPECT_NO_THROW(Validate(fit.model));
}

TEST(FitHsmmTest, AnInvalidStartThrows) {
  Hsmm start = TwoStates();
  start.initial(0) = 0.7;
  EXPECT_THROW(FitHsmm(start, 0, TwoStateSequences(1, 50), EmOptions{}), std::invalid_argument);
}

// A recording cut into stretches that begin anywhere, each from a path that is long under way.
TEST(FitHsmmTest, RecoversAModelFromStretchesThatBeginMidStay) {
  Hsmm truth = TwoStates();
  truth.starts_mid_stay = true;
  truth.initial = StationaryLaw(truth);
  std::vector<std::vector<double>> stretches;
  // As many readings as in the other fits in stretches of two stays each: taking the first of them
  // for whole ones would shorten the mean stays by tenths.
  for (std::uint32_t i = 0; i < 267; ++i) stretches.push_back(Sample(truth, 0, 500 + i, 30));
  Hsmm start = TwoStatesGuess();
  start.starts_mid_stay = true;
  const HsmmFit fit = FitHsmm(start, 0, stretches, EmOptions{});
  EXPECT_TRUE(fit.model.starts_mid_stay);
  ExpectTwoStates(fit.model, 1);
  // The initial law is no parameter of its own.
  EXPECT_LT((fit.model.initial - StationaryLaw(fit.model)).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_NEAR(fit.model.initial(0), 1.0 / 3, 0.05);
  EXPECT_EQ(fit.parameters, 8);
}

// Mean stays of 10.5 and 20.5 intervals (half a one more than the continuous law's) and twice as
// many visits to the first state as to either of the others.
TEST(StationaryLawTest, IsTheShareOfTime) {
  Hsmm model = TwoStates();
  model.states[0].duration = Gamma(1, 400);
  model.states[1].duration = Gamma(2, 400);
  EXPECT_NEAR(StationaryLaw(model)(0), 10.5 / 31, 1e-4);
  model.states.push_back(model.states[1]);
  model.initial = Eigen::Vector3d(1, 0, 0);
  model.transition = Eigen::Matrix3d{{0, 0.5, 0.5}, {1, 0, 0}, {1, 0, 0}};
  EXPECT_NEAR(StationaryLaw(model)(0), 21 / (21 + 20.5 + 20.5), 1e-4);
  model.states[2].duration.reset();
  model.transition.row(2).setZero();
  EXPECT_EQ(StationaryLaw(model), Eigen::Vector3d(0, 0, 1));
}

// One state: level = sum (x - m) / s^2 / (n / s^2 + 1 / tau^2).
TEST(EstimateLevelTest, OfOneStateIsThePosteriorMean) {
  const Hsmm one{.interval_s = kInterval,
                 .states = {{.name = "only", .mean_w = 50, .sd_w = 2, .takes_level = true}},
                 .initial = Eigen::VectorXd::Ones(1),
                 .transition = Eigen::MatrixXd::Zero(1, 1)};
  const std::vector<double> x = {53, kNan, 52, 54};
  EmOptions options;
  options.outlier_weight = 0;
  EXPECT_NEAR(EstimateLevel(one, 1.5, x, options), (9.0 / 4) / (3.0 / 4 + 1 / 2.25), 1e-12);
  EXPECT_EQ(EstimateLevel(one, 0, x, options), 0);
  // The first reading has a law of its own, which no level moves.
  Hsmm with_first = one;
  with_first.first_reading = FirstReading{.mean_w = 20, .sd_w = 1};
  EXPECT_NEAR(EstimateLevel(with_first, 1.5, x, options), (6.0 / 4) / (2.0 / 4 + 1 / 2.25), 1e-12);
}

TEST(EstimateLevelTest, FindsTheLevelOfASequenceNotFitted) {
  const double level = 2.5;
  const std::vector<double> x = Sample(Ramp(), level, 4000, 80);
  // 60 plateau readings of 0.8 W: 0.1 W; shrunk towards 0 by a fiftieth of that.
  EXPECT_NEAR(EstimateLevel(Ramp(), kLevelSd, x, EmOptions{}), level,
              4 * 0.8 / std::sqrt(60) + 0.02);
}

TEST(CountParametersTest, CountsWhatIsFree) {
  Hsmm model = TwoStates();
  EXPECT_EQ(CountParameters(model, false), 9);  // 2 (mean, sd, mean stay, shape), initial
  EXPECT_EQ(CountParameters(model, true), 10);
  model.states[0].phi = 0.5;
  model.states[0].student_dof = 4;
  EXPECT_EQ(CountParameters(model, false), 11);
  model.first_reading = FirstReading{.mean_w = 20, .sd_w = 1};
  EXPECT_EQ(CountParameters(model, false), 13);
  model.states[1].mixture = {{0.5, 0, 1}, {0.5, 0, 2}};  // mean, a weight, an offset, two sds
  EXPECT_EQ(CountParameters(model, false), 16);
  model.states[0].duration->family = DurationFamily::kPoisson;
  EXPECT_EQ(CountParameters(model, false), 15);
  model.starts_mid_stay = true;
  EXPECT_EQ(CountParameters(model, false), 14);
}

TEST(FitHsmm, EndsWhereItsCheckpointThrows) {
  struct Enough {};
  int calls = 0;
  EmOptions options;
  options.checkpoint = [&] {
    if (++calls == 3) throw Enough{};
  };
  EXPECT_THROW(FitHsmm(TwoStatesGuess(), 0, TwoStateSequences(20, 400), options), Enough);
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace edgesim
