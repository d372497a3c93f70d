// Tests of devices/hsmm.h: validation, densities, and the likelihood by
// enumeration.
#include "devices/hsmm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace edgesim {
namespace {

using testing::HasSubstr;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

DurationLaw Gamma(double mean_s, double shape) {
  return {.family = DurationFamily::kGamma, .mean_s = mean_s, .shape = shape, .table = {}};
}

// Two states in turn, 1 s intervals; the stays are over within some four intervals.
Hsmm TwoStates() {
  Hsmm model;
  model.interval_s = 1;
  model.states = {
      {.name = "low", .mean_w = 2, .sd_w = 0.5, .duration = Gamma(1.6, 9)},
      {.name = "high", .mean_w = 4, .sd_w = 1, .takes_level = true, .duration = Gamma(1.2, 16)}};
  model.initial = Eigen::Vector2d(0.7, 0.3);
  model.transition = Eigen::Matrix2d{{0, 1}, {1, 0}};
  return model;
}

// ramp -> either of two, one of which absorbs.
Hsmm ThreeStates() {
  Hsmm model;
  model.interval_s = 0.5;
  model.states = {{.name = "ramp", .mean_w = 1, .sd_w = 0.6, .duration = Gamma(0.6, 12)},
                  {.name = "dip", .mean_w = 2, .sd_w = 0.8, .duration = Gamma(0.4, 30)},
                  {.name = "plateau",
                   .mean_w = 3.5,
                   .sd_w = 0.7,
                   .takes_level = true,
                   .duration = std::nullopt}};
  model.initial = Eigen::Vector3d(0.8, 0.2, 0);
  model.transition = Eigen::Matrix3d{{0, 0.35, 0.65}, {0.4, 0, 0.6}, {0, 0, 0}};
  return model;
}

std::string ErrorOf(const Hsmm& model) {
  try {
    Validate(model);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

std::string ErrorAfter(const std::function<void(Hsmm&)>& change, Hsmm model = TwoStates()) {
  change(model);
  return ErrorOf(model);
}

TEST(HsmmValidate, AcceptsTheModelsOfThisFile) {
  EXPECT_EQ(ErrorOf(TwoStates()), "no error");
  EXPECT_EQ(ErrorOf(ThreeStates()), "no error");
}

TEST(HsmmValidate, NamesWhatIsWrongWithTheModel) {
  EXPECT_THAT(ErrorOf(Hsmm{}), HasSubstr("no states"));
  for (const double bad : {0.0, -1.0, kNan}) {
    EXPECT_THAT(ErrorAfter([&](Hsmm& m) { m.interval_s = bad; }), HasSubstr("interval_s"));
  }
  EXPECT_THAT(ErrorAfter([](Hsmm& m) { m.initial = Eigen::Vector3d(0.5, 0.5, 0); }),
              HasSubstr("initial"));
  EXPECT_THAT(ErrorAfter([](Hsmm& m) { m.initial = Eigen::Vector2d(0.7, 0.2); }),
              HasSubstr("initial"));
  EXPECT_THAT(ErrorAfter([](Hsmm& m) { m.initial = Eigen::Vector2d(1.5, -0.5); }),
              HasSubstr("initial"));
  EXPECT_THAT(ErrorAfter([](Hsmm& m) { m.initial = Eigen::Vector2d(kNan, 1); }),
              HasSubstr("initial"));
  EXPECT_THAT(ErrorAfter([](Hsmm& m) { m.transition = Eigen::MatrixXd::Zero(2, 3); }),
              HasSubstr("transition"));
  EXPECT_THAT(ErrorAfter([](Hsmm& m) { m.transition = Eigen::MatrixXd::Zero(3, 2); }),
              HasSubstr("transition"));
}

TEST(HsmmValidate, NamesTheStateThatIsWrong) {
  const auto expect = [](const std::function<void(Hsmm&)>& change, const char* what) {
    const std::string error = ErrorAfter(change);
    EXPECT_THAT(error, HasSubstr("'high'"));
    EXPECT_THAT(error, HasSubstr(what));
  };
  for (const double bad : {kNan, kInfinity})
    expect([&](Hsmm& m) { m.states[1].mean_w = bad; }, "mean_w");
  for (const double bad : {0.0, -1.0, kNan})
    expect([&](Hsmm& m) { m.states[1].sd_w = bad; }, "sd_w");
  for (const double bad : {0.0, -1.0, kNan}) {
    expect([&](Hsmm& m) { m.states[1].duration->mean_s = bad; }, "mean_s");
    expect([&](Hsmm& m) { m.states[1].duration->shape = bad; }, "shape");
  }
  expect([](Hsmm& m) { m.transition.row(1) << 0.5, 0.5; }, "itself");
  expect([](Hsmm& m) { m.transition.row(1) << 0.9, 0; }, "sum to 1");
  expect([](Hsmm& m) { m.transition.row(1) << kNan, 0; }, "");
  expect([](Hsmm& m) { m.states[1].duration.reset(); }, "absorbing");
  EXPECT_THAT(ErrorAfter([](Hsmm& m) { m.transition.row(0) << 0, -1, 2; }, ThreeStates()),
              HasSubstr("'ramp'"));
}

// The law of the header: P(u) = F(u dt) - F((u - 1) dt).
double TruePmf(const DurationLaw& d, double dt, int u) {
  const boost::math::gamma_distribution<double> law(d.shape, d.mean_s / d.shape);
  return boost::math::cdf(law, u * dt) - (u == 1 ? 0 : boost::math::cdf(law, (u - 1) * dt));
}
double TrueSurvivor(const DurationLaw& d, double dt, int u) {
  if (u == 1) return 1;
  const boost::math::gamma_distribution<double> law(d.shape, d.mean_s / d.shape);
  return boost::math::cdf(boost::math::complement(law, (u - 1) * dt));
}

TEST(HsmmValidate, NamesWhatIsWrongWithAnEmission) {
  const auto expect = [](const std::function<void(HsmmState&)>& change, const char* what) {
    const std::string error = ErrorAfter([&](Hsmm& m) { change(m.states[1]); });
    EXPECT_THAT(error, HasSubstr("'high'"));
    EXPECT_THAT(error, HasSubstr(what));
  };
  for (const double bad : {-0.1, 1.0, kNan}) expect([&](HsmmState& s) { s.phi = bad; }, "phi");
  for (const double bad : {0.0, -2.0, kNan})
    expect([&](HsmmState& s) { s.student_dof = bad; }, "student_dof");
  for (const double bad : {0.0, -2.0, kNan}) {
    expect([&](HsmmState& s) { s.mixture = {{bad, 0, 1}, {1, 0, 1}}; }, "positive weight");
    expect([&](HsmmState& s) { s.mixture = {{1, 0, bad}}; }, "sd_w");
  }
  expect([](HsmmState& s) { s.mixture = {{1, kNan, 1}}; }, "mixture");
  expect([](HsmmState& s) { s.mixture = {{0.5, 0, 1}, {0.4, 0, 1}}; }, "weights must sum to 1");
  expect(
      [](HsmmState& s) {
        s.mixture = {{1, 0, 1}};
        s.student_dof = 3;
      },
      "exclude each other");
  for (const double bad : {0.0, -1.0, kNan})
    EXPECT_THAT(ErrorAfter([&](Hsmm& m) {
                  m.first_reading = FirstReading{3, bad};
                }),
                HasSubstr("first_reading sd_w"));
}

TEST(HsmmValidate, AcceptsEveryKindOfEmissionAndStay) {
  EXPECT_EQ(ErrorAfter([](Hsmm& m) {
              m.states[0].phi = 0.9;
              m.states[0].student_dof = 3;
              m.states[1].sd_w = 0;  // unused with a mixture
              m.states[1].mixture = {{0.25, 1, 1}, {0.75, -1, 2}};
              m.states[0].duration = DurationLaw{
                  .family = DurationFamily::kTable, .mean_s = 0, .shape = 0, .table = {0.5, 0.5}};
              m.first_reading = FirstReading{.mean_w = 3, .sd_w = 1};
              m.starts_mid_stay = true;
            }),
            "no error");
}

constexpr double kLogSqrtTwoPi = 0.91893853320467274178;

TEST(LogDensity, IsTheNormalDensityWithItsConstant) {
  const std::vector<double> watts = {2, 3.5, kNan};
  const Eigen::MatrixXd density = LogDensity(TwoStates(), watts, 0, 0);
  ASSERT_EQ(density.rows(), 3);
  ASSERT_EQ(density.cols(), 2);
  EXPECT_NEAR(density(0, 0), -std::log(0.5) - kLogSqrtTwoPi, 1e-15);
  EXPECT_NEAR(density(1, 0), -4.5 - std::log(0.5) - kLogSqrtTwoPi, 1e-14);
  EXPECT_NEAR(density(1, 1), -0.125 - kLogSqrtTwoPi, 1e-15);
}

TEST(LogDensity, MissingReadingsTellNothing) {
  for (const double outlier_weight : {0.0, 0.01}) {
    const Eigen::MatrixXd density = LogDensity(TwoStates(), std::vector{kNan}, 1, outlier_weight);
    EXPECT_EQ(density(0, 0), 0);
    EXPECT_EQ(density(0, 1), 0);
  }
}

TEST(LogDensity, LevelShiftsTheStatesThatTakeIt) {
  const Eigen::MatrixXd density = LogDensity(TwoStates(), std::vector{4.7}, 0.7, 0);
  EXPECT_NEAR(density(0, 1), -kLogSqrtTwoPi, 1e-15);
  EXPECT_EQ(density(0, 0), LogDensity(TwoStates(), std::vector{4.7}, 0, 0)(0, 0));
}

TEST(LogDensity, OutliersAreUniformOn150Watts) {
  constexpr double kWeight = 0.02;
  const std::vector<double> watts = {2, 3, 90, -60};
  const Eigen::MatrixXd plain = LogDensity(TwoStates(), watts, 0, 0);
  const Eigen::MatrixXd mixed = LogDensity(TwoStates(), watts, 0, kWeight);
  for (Eigen::Index t = 0; t < 4; ++t) {
    for (Eigen::Index j = 0; j < 2; ++j) {
      EXPECT_NEAR(std::exp(mixed(t, j)), (1 - kWeight) * std::exp(plain(t, j)) + kWeight / 150,
                  1e-15);
    }
  }
  EXPECT_NEAR(mixed(2, 0), std::log(kWeight / 150), 1e-12);
}

// Given 3 W, a state around 2 W with phi = 0.6 expects 2.6 W.
TEST(LogDensity, AutoregressionExpectsAShareOfTheLastDeviation) {
  Hsmm model = TwoStates();
  model.states[0].phi = 0.6;
  const Eigen::MatrixXd density = LogDensity(model, std::vector{3.0, 2.7, kNan, 2.9}, 0, 0);
  EXPECT_NEAR(density(1, 0), -0.5 * 0.04 - std::log(0.5) - kLogSqrtTwoPi, 1e-14);
  // Without a predecessor: the stationary sd of 0.5 / sqrt(1 - 0.36) = 0.625.
  EXPECT_NEAR(density(0, 0), -0.5 * 2.56 - std::log(0.625) - kLogSqrtTwoPi, 1e-14);
  EXPECT_EQ(density(2, 0), 0);
  EXPECT_NEAR(density(3, 0), -0.5 * 1.44 * 1.44 - std::log(0.625) - kLogSqrtTwoPi, 1e-14);
  // The other state is none of its business.
  EXPECT_EQ(density.col(1), LogDensity(TwoStates(), std::vector{3.0, 2.7, kNan, 2.9}, 0, 0).col(1));
}

// The level moves the mean the deviations are taken from, that of the reading before as well.
TEST(LogDensity, AutoregressionReturnsToTheLevel) {
  Hsmm model = TwoStates();
  model.states[1].phi = 0.75;
  const std::vector<double> watts = {4.3, 5.1, 4.9}, shifted = {5, 5.8, 5.6};
  EXPECT_LT((LogDensity(model, watts, 0, 0).col(1) - LogDensity(model, shifted, 0.7, 0).col(1))
                .cwiseAbs()
                .maxCoeff(),
            1e-13);
}

// scipy 1.10.1: t.logpdf(0.5, 3, scale=2) and t.logpdf(-4, 3, scale=2).
TEST(LogDensity, StudentAgreesWithAnIndependentProgram) {
  Hsmm model = TwoStates();
  model.states[0].sd_w = 2;
  model.states[0].student_dof = 3;
  const Eigen::MatrixXd density = LogDensity(model, std::vector{2.5, -2.0}, 0, 0);
  EXPECT_NEAR(density(0, 0), -1.7352746045889265, 1e-13);
  EXPECT_NEAR(density(1, 0), -3.388631750957862, 1e-13);
}

// scipy 1.10.1: log(0.7 norm.pdf(1.5, -0.3, 0.5) + 0.3 norm.pdf(1.5, 0.7, 2)).
TEST(LogDensity, MixtureAgreesWithAnIndependentProgram) {
  Hsmm model = TwoStates();
  model.states[0].mixture = {{.weight = 0.7, .offset_w = -0.3, .sd_w = 0.5},
                             {.weight = 0.3, .offset_w = 0.7, .sd_w = 2}};
  EXPECT_NEAR(LogDensity(model, std::vector{3.5}, 0, 0)(0, 0), -2.8806696682900874, 1e-13);
  // So far out that both components underflow, the wider one remains.
  const double z = (298 - 0.7) / 2;
  EXPECT_NEAR(LogDensity(model, std::vector{300.0}, 0, 0)(0, 0),
              std::log(0.3) - 0.5 * z * z - std::log(2) - kLogSqrtTwoPi, 1e-9);
}

TEST(LogDensity, TheFirstReadingHasItsOwnLawWhateverTheState) {
  Hsmm model = TwoStates();
  model.states[0].phi = 0.5;
  model.states[1].student_dof = 2;
  model.first_reading = FirstReading{.mean_w = 10, .sd_w = 2};
  const Eigen::MatrixXd density = LogDensity(model, std::vector{13.0, 2.0}, 0.7, 0);
  for (const Eigen::Index j : {0, 1})
    EXPECT_NEAR(density(0, j), -1.125 - std::log(2) - kLogSqrtTwoPi, 1e-14);
  // The second is regressed on it: 2 + 0.5 (13 - 2) = 7.5 was expected.
  EXPECT_NEAR(density(1, 0), -0.5 * 121 - std::log(0.5) - kLogSqrtTwoPi, 1e-12);
  EXPECT_EQ(LogDensity(model, std::vector{kNan}, 0, 0)(0, 0), 0);
}

TEST(StationaryWidening, IsTheRatioOfStandardDeviations) {
  HsmmState state;
  EXPECT_EQ(StationaryWidening(state), 1);
  state.phi = 0.6;
  EXPECT_NEAR(StationaryWidening(state), 1.25, 1e-15);
}

// Every kind of innovation is a density at every width: trapezoid over a range of 1e4 scales; a
// Student t of 3 degrees of freedom has 1e-12 beyond.
TEST(LogInnovation, IntegratesToOne) {
  HsmmState gaussian{.name = "", .mean_w = 0, .sd_w = 0.5}, student = gaussian, mixture = gaussian;
  student.student_dof = 3;
  mixture.mixture = {{.weight = 0.7, .offset_w = -0.3, .sd_w = 0.5},
                     {.weight = 0.3, .offset_w = 0.7, .sd_w = 2}};
  for (const HsmmState& state : {gaussian, student, mixture}) {
    for (const double widen : {1.0, 2.5}) {
      constexpr double kStep = 0.01;
      double sum = 0;
      for (int k = -500'000; k <= 500'000; ++k)
        sum += kStep * std::exp(LogInnovation(state, k * kStep, widen));
      EXPECT_NEAR(sum, 1, 1e-9);
    }
  }
}

// log p(watts | level) as the sum over all segmentations, each a product: by the definition in
// hsmm.h, the gamma law not truncated, the last segment at its survivor.
double ByEnumeration(const Hsmm& model, const std::vector<double>& watts, double level_w) {
  const auto density = [&](std::size_t state, double x) {
    if (std::isnan(x)) return 1.0;
    const HsmmState& s = model.states[state];
    const double z = (x - s.mean_w - (s.takes_level ? level_w : 0)) / s.sd_w;
    return std::exp(-0.5 * z * z - kLogSqrtTwoPi) / s.sd_w;
  };
  const std::function<double(std::size_t, std::size_t)> from = [&](std::size_t t,
                                                                   std::size_t state) -> double {
    const std::optional<DurationLaw>& duration = model.states[state].duration;
    double sum = 0, emitted = 1;
    for (std::size_t end = t + 1; end <= watts.size(); ++end) {
      emitted *= density(state, watts[end - 1]);
      const auto u = static_cast<int>(end - t);
      if (end == watts.size()) {
        sum += emitted * (duration ? TrueSurvivor(*duration, model.interval_s, u) : 1);
      } else if (duration) {
        double rest = 0;
        for (std::size_t next = 0; next < model.states.size(); ++next) {
          const double p =
              model.transition(static_cast<Eigen::Index>(state), static_cast<Eigen::Index>(next));
          if (p > 0) rest += p * from(end, next);
        }
        sum += emitted * TruePmf(*duration, model.interval_s, u) * rest;
      }
    }
    return sum;
  };
  double sum = 0;
  for (std::size_t j = 0; j < model.states.size(); ++j) {
    sum += model.initial(static_cast<Eigen::Index>(j)) * from(0, j);
  }
  return std::log(sum);
}

// Relative round-off of a dozen steps.
constexpr double kRounding = 1e-12;

TEST(LogLikelihood, AgreesWithEnumerationOfTwoStates) {
  const std::vector<double> watts = {2.3, 3.9, 4.4, 1.7, 2.1, 5.0, 3.1, 2.6, 4.2, 3.8, 2.0, 1.9};
  for (const double level_w : {0.0, -0.8, 1.3}) {
    const double expected = ByEnumeration(TwoStates(), watts, level_w);
    // P(stay > 13 intervals) < 1e-17: the table is long enough here.
    EXPECT_NEAR(LogLikelihood(TwoStates(), watts, level_w), expected,
                kRounding * std::abs(expected));
  }
}

TEST(LogLikelihood, AgreesWithEnumerationOfThreeStatesOneAbsorbing) {
  const std::vector<double> watts = {0.8, 1.4, 1.9, 2.2, 0.6, 3.9, 3.3, 3.6, 4.4, 3.0};
  for (const double level_w : {0.0, 0.4}) {
    const double expected = ByEnumeration(ThreeStates(), watts, level_w);
    EXPECT_NEAR(LogLikelihood(ThreeStates(), watts, level_w), expected,
                kRounding * std::abs(expected));
  }
}

TEST(LogLikelihood, AgreesWithEnumerationWhereReadingsAreMissing) {
  const std::vector<double> watts = {kNan, 2.3,  kNan, kNan, 4.4, 1.7,
                                     2.1,  kNan, 3.1,  2.6,  4.2, kNan};
  const double expected = ByEnumeration(TwoStates(), watts, 0.5);
  EXPECT_NEAR(LogLikelihood(TwoStates(), watts, 0.5), expected, kRounding * std::abs(expected));
}

// With nothing observed there is nothing to explain, whatever the length.
TEST(LogLikelihood, OfMissingReadingsAloneIsZero) {
  for (const std::size_t length : {1U, 2U, 7U, 60U}) {
    EXPECT_NEAR(LogLikelihood(ThreeStates(), std::vector<double>(length, kNan), 0), 0, 1e-12);
  }
}

TEST(LogLikelihood, OfOneReadingIsTheInitialMixture) {
  const double expected = ByEnumeration(ThreeStates(), {1.2}, 0);
  EXPECT_NEAR(LogLikelihood(ThreeStates(), std::vector{1.2}, 0), expected, kRounding);
}

// Stays that outlast the sequence: their law must not depend on how long the sequence is.
TEST(LogLikelihood, AgreesWithEnumerationWhereStaysOutlastTheSequence) {
  Hsmm model = TwoStates();
  model.states[0].duration = Gamma(8, 2);
  model.states[1].duration = Gamma(3, 1);
  const std::vector<double> watts = {2.3, 2.6, 2.2, 3.3, 4.1, 4.0};
  const double expected = ByEnumeration(model, watts, 0);
  EXPECT_NEAR(LogLikelihood(model, watts, 0), expected, kRounding * std::abs(expected));
}

// p(x_1 .. x_t) is the sum of p(x_1 .. x_t, x_t+1) over x_t+1: a missing reading at the end is
// free.
TEST(LogLikelihood, DoesNotDependOnMissingReadingsAtTheEnd) {
  Hsmm model = TwoStates();
  model.states[0].duration = Gamma(8, 2);
  model.states[1].duration = Gamma(3, 1);
  std::vector<double> watts = {2.3, 2.6, 2.2, 3.3, 4.1, 4.0};
  const double expected = LogLikelihood(model, watts, 0);
  watts.resize(40, kNan);
  EXPECT_NEAR(LogLikelihood(model, watts, 0), expected, kRounding * std::abs(expected));
}

}  // namespace
}  // namespace edgesim
