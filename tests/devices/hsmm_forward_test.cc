// Tests of devices/hsmm_forward.h against enumerated and published golden likelihoods.
#include "devices/hsmm_forward.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/hsmm_enumeration.h"
#include "tests/support/hsmm_golden.h"

namespace edgesim {
namespace {

using golden::Json;
using golden::Tables;
constexpr double kRelative = 1e-10;  // as the golden files' README asks
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(HsmmForward, AgreesWithEnumeratedTinyModels) {
  const Json cases = golden::TinyModels();
  ASSERT_EQ(cases.size(), 5U);
  for (const Json& c : cases) {
    const ForwardMessages messages =
        Forward(Tables(c["pi"], c["A"], c["d"]),
                golden::GaussianLogDensity(golden::Vector(c["mu"]), golden::Vector(c["sd"]),
                                           golden::Vector(c["x"])));
    const auto expected = c["loglik"].get<double>();
    EXPECT_NEAR(messages.log_likelihood, expected, 1e-12 * std::abs(expected))
        << c["J"] << " states, " << c["T"] << " readings, " << c["D"] << " longest";
  }
}

// What is in a state at t was there at t - 1 and did not end, or has just started.
TEST(HsmmForward, FirstMessagesByHand) {
  const HsmmTables tables =
      Tables(Json{0.25, 0.75}, Json{{0, 1}, {1, 0}}, Json{{0.4, 0.6, 0}, {0.1, 0.2, 0.7}});
  const Eigen::MatrixXd nothing_observed = Eigen::MatrixXd::Zero(3, 2);
  const ForwardMessages messages = Forward(tables, nothing_observed);
  EXPECT_NEAR(messages.log_likelihood, 0, 1e-15);
  EXPECT_DOUBLE_EQ(messages.start(0, 0).ToDouble(), 0.25);
  EXPECT_DOUBLE_EQ(messages.end(0, 0).ToDouble(), 0.25 * 0.4);
  EXPECT_DOUBLE_EQ(messages.end(0, 1).ToDouble(), 0.75 * 0.1);
  EXPECT_DOUBLE_EQ(messages.start(1, 0).ToDouble(), 0.75 * 0.1);
  EXPECT_DOUBLE_EQ(messages.start(1, 1).ToDouble(), 0.25 * 0.4);
  EXPECT_DOUBLE_EQ(messages.end(1, 0).ToDouble(), 0.25 * 0.6 + 0.75 * 0.1 * 0.4);
  EXPECT_DOUBLE_EQ(messages.end(1, 1).ToDouble(), 0.75 * 0.2 + 0.25 * 0.4 * 0.1);
  EXPECT_DOUBLE_EQ(messages.factor(0, 0).ToDouble(), 1);
}

TEST(HsmmForward, SurvivorIsTheTailSum) {
  const Eigen::MatrixXd survivor =
      Survivor(Eigen::Matrix<double, 3, 2>{{0.5, 0}, {0.25, 0}, {0.25, 1}});
  EXPECT_EQ(survivor, (Eigen::Matrix<double, 3, 2>{{1, 1}, {0.5, 1}, {0.25, 1}}));
}

Hsmm LeftToRight() {
  Hsmm model;
  model.interval_s = 1;
  model.states = {{.name = "first", .mean_w = 10, .sd_w = 0.5, .duration = GammaDuration{5, 1e6}},
                  {.name = "last", .mean_w = 60, .sd_w = 2, .duration = std::nullopt}};
  model.initial = Eigen::Vector2d(1, 0);
  model.transition = Eigen::Matrix2d{{0, 1}, {0, 0}};
  return model;
}

TEST(HsmmForward, AbsorbingStateHasAllItsMassAtTheEnd) {
  const HsmmTables tables = MakeTables(LeftToRight(), 7);
  EXPECT_EQ(tables.pmf(6, 1), 1);
  EXPECT_EQ(tables.pmf.col(1).sum(), 1);
  EXPECT_EQ(tables.survivor.col(1), Eigen::VectorXd::Ones(7));
  EXPECT_NEAR(tables.pmf.col(0).sum(), 1, 1e-12);
}

TEST(HsmmForward, SequenceNoPathCanProduce) {
  const HsmmTables tables =
      Tables(Json{1.0, 0.0}, Json{{0, 1}, {1, 0}}, Json{{0.0, 1.0}, {0.0, 1.0}});
  Eigen::MatrixXd log_density = Eigen::MatrixXd::Zero(4, 2);
  log_density(1, 0) = -kInfinity;  // the first state lasts two readings, but cannot have this one
  EXPECT_EQ(Forward(tables, log_density).log_likelihood, -kInfinity);
}

// The first state lasts five readings or six; the third is up to 100 standard deviations off,
// nearer to the last state. Unlikely is not impossible: two paths produce it, and the likelihood is
// their sum.
TEST(HsmmForward, ReadingFarFromTheOnlyLiveState) {
  const HsmmTables tables = MakeTables(LeftToRight(), 8);
  ASSERT_NEAR(tables.pmf(4, 0) + tables.pmf(5, 0), 1, 1e-12);
  for (double odd_w = 10; odd_w <= 60; odd_w += 0.25) {
    const std::vector<double> watts = {10, 10, odd_w, 10, 10, 60, 60};
    const Eigen::MatrixXd log_density = LogDensity(LeftToRight(), watts, 0, 0);
    double expected = -kInfinity;
    for (const int stay : {5, 6}) {
      double path = std::log(tables.pmf(stay - 1, 0));
      for (Eigen::Index t = 0; t < 7; ++t) path += log_density(t, t < stay ? 0 : 1);
      expected = std::max(expected, path);  // the other path is exp(-5000) of it
    }
    const double actual = Forward(tables, log_density).log_likelihood;
    ASSERT_NEAR(actual, expected, kRelative * std::abs(expected)) << odd_w << " W";
  }
}

TEST(HsmmForward, AgreesWithEnumerationOfRandomModels) {
  int possible = 0, impossible = 0;
  for (std::uint32_t i = 0; i < 400; ++i) {
    const SmallModel model = DrawSmallModel(i, 20);
    const double expected = Enumerator(model.tables, model.log_density).Result().log_likelihood;
    const double actual = Forward(model.tables, model.log_density).log_likelihood;
    if (std::isfinite(expected)) {
      ++possible;
      EXPECT_NEAR(actual, expected, 1e-12 * (1 + std::abs(expected))) << i;
    } else {
      ++impossible;
      EXPECT_EQ(actual, -kInfinity) << i;
    }
  }
  EXPECT_GT(possible, 100);
  EXPECT_GT(impossible, 20);
}

// The path the readings favour by 1e5 nats at first is the one that later turns out impossible:
// what a state's weight falls to, 1e-43000 of the other, must not be lost.
TEST(HsmmForward, AStateFarBehindComesBack) {
  HsmmTables tables =
      Tables(Json{0.5, 0.5}, Json{{0, 1}, {1, 0}}, Json{{0, 0, 0, 1}, {0, 0, 0, 1}});
  Eigen::MatrixXd log_density = Eigen::MatrixXd::Constant(4, 2, -1e5);
  log_density(0, 0) = 0;
  log_density(3, 0) = -kInfinity;
  EXPECT_NEAR(Forward(tables, log_density).log_likelihood, -4e5 - std::log(2), 1e-9);
}

// Random models again, with readings that differ by up to 1e5 nats from state to state. No stay is
// cut short by D: a segment that outweighs a younger one of its state by 1e230 stays alive.
TEST(HsmmForward, ExtremeDensitiesStayExact) {
  int possible = 0;
  for (std::uint32_t i = 0; i < 200; ++i) {
    SmallModel model = DrawSmallModel(i, 1e5);
    model.tables.pmf = Eigen::MatrixXd::Constant(10, model.log_density.cols(), 0.1);
    model.tables.survivor = Survivor(model.tables.pmf);
    if (model.tables.first_pmf.size() > 0) {
      model.tables.first_pmf = ResidualLife(model.tables.pmf);
      model.tables.first_survivor = Survivor(model.tables.first_pmf);
    }
    const double expected = Enumerator(model.tables, model.log_density).Result().log_likelihood;
    if (!std::isfinite(expected)) continue;
    ++possible;
    EXPECT_NEAR(Forward(model.tables, model.log_density).log_likelihood, expected,
                1e-12 * std::abs(expected))
        << i;
  }
  EXPECT_GT(possible, 50);
}

// With stays of geometric length the model is a hidden Markov model, the last stay's censoring
// included. D is so long that what it cuts off, 0.9^600, is below rounding.
TEST(HsmmForward, GeometricStaysAreAHiddenMarkovModel) {
  const Eigen::Vector3d leave(0.3, 0.1, 0.6), initial(0.2, 0.5, 0.3);
  const Eigen::Matrix3d next{{0, 0.4, 0.6}, {0.9, 0, 0.1}, {0.5, 0.5, 0}};
  Eigen::MatrixXd pmf(600, 3);
  for (Eigen::Index j = 0; j < 3; ++j) {
    for (Eigen::Index u = 0; u < 600; ++u)
      pmf(u, j) = leave(j) * std::pow(1 - leave(j), static_cast<double>(u));
  }
  Eigen::VectorXd x(3000);
  for (Eigen::Index t = 0; t < x.size(); ++t) x(t) = 4 * std::sin(0.3 * static_cast<double>(t * t));
  const Eigen::MatrixXd log_density =
      golden::GaussianLogDensity(Eigen::Vector3d(-3, 0, 3), Eigen::Vector3d(1, 0.7, 2), x);

  Eigen::Matrix3d transition = leave.asDiagonal() * next;
  transition += (1 - leave.array()).matrix().asDiagonal();
  Eigen::RowVector3d filter = initial.transpose();
  double expected = 0;
  for (Eigen::Index t = 0; t < x.size(); ++t) {
    if (t > 0) filter = filter * transition;
    filter.array() *= log_density.row(t).array().exp();
    expected += std::log(filter.sum());
    filter /= filter.sum();
  }
  EXPECT_NEAR(Forward(golden::FromLaws(initial, next, pmf), log_density).log_likelihood, expected,
              kRelative * std::abs(expected));
}

TEST(HsmmForward, ResidualLifeIsTheEquilibriumLaw) {
  // A stay of 2 is found in its first or second interval; one of 3 three times out of five.
  const Eigen::MatrixXd residual =
      ResidualLife(Eigen::Matrix<double, 3, 2>{{0, 0.5}, {1, 0}, {0, 0.5}});
  const Eigen::Matrix<double, 3, 2> expected{{0.5, 0.5}, {0.5, 0.25}, {0, 0.25}};
  EXPECT_LT((residual - expected).cwiseAbs().maxCoeff(), 1e-15);
}

// A stationary renewal process looks the same from any time on: without readings, the law of the
// state stays what it is.
TEST(HsmmForward, ResidualLifeMakesTheProcessStationary) {
  HsmmTables tables =
      Tables(Json{0.0, 0.0}, Json{{0, 1}, {1, 0}}, Json{{0.2, 0.3, 0.5}, {0.6, 0.0, 0.4}});
  const Eigen::Vector2d mean(2.3, 1.8);
  tables.initial = mean / mean.sum();
  tables.first_pmf = ResidualLife(tables.pmf);
  tables.first_survivor = Survivor(tables.first_pmf);
  const ForwardMessages messages = Forward(tables, Eigen::MatrixXd::Zero(50, 2));
  EXPECT_EQ(messages.start(0, 0).ToDouble(), 0);
  for (Eigen::Index t = 0; t < 50; ++t) {
    EXPECT_NEAR(messages.end(t, 0).ToDouble(), 1 / mean.sum(), 1e-14) << t;
    EXPECT_NEAR(messages.end(t, 1).ToDouble(), 1 / mean.sum(), 1e-14) << t;
  }
}

TEST(SlowHsmmForward, AgreesWithKnownParameters) {
  SKIP_WITHOUT_GOLDEN_HSMM();
  const std::vector<golden::Case> cases = golden::KnownCases(200'000);
  ASSERT_EQ(cases.size(), 12U);
  for (const golden::Case& c : cases) {
    const auto expected = c.expected["loglik"].get<double>();
    EXPECT_NEAR(Forward(c.tables, c.log_density).log_likelihood, expected,
                kRelative * std::abs(expected))
        << c.name;
  }
}

TEST(HsmmForward, AgreesWithEdgeCases) {
  SKIP_WITHOUT_GOLDEN_HSMM();
  const std::vector<golden::Case> cases = golden::EdgeCases();
  ASSERT_EQ(cases.size(), 8U);
  for (const golden::Case& c : cases) {
    const auto expected = c.expected["loglik_logdomain"].get<double>();
    EXPECT_NEAR(Forward(c.tables, c.log_density).log_likelihood, expected,
                kRelative * std::abs(expected))
        << c.name;
  }
}

}  // namespace
}  // namespace edgesim
