// Expected counts of HSMMs against enumeration, golden values and an independent EM.
#include "calibration/hsmm_expect.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "tests/support/hsmm_enumeration.h"
#include "tests/support/hsmm_golden.h"

namespace edgesim {
namespace {

using Eigen::Index;
using golden::Json;

TEST(GoldenExpectCountsTest, EqualEnumerationOfAllSegmentations) {
  const Json models = golden::TinyModels();
  ASSERT_EQ(models.size(), 5U);
  constexpr double kTolerance = 1e-12;
  for (const Json& m : models) {
    const ExpectedCounts counts =
        ExpectCounts(golden::Tables(m["pi"], m["A"], m["d"]),
                     golden::GaussianLogDensity(golden::Vector(m["mu"]), golden::Vector(m["sd"]),
                                                golden::Vector(m["x"])));
    const auto expected = m["loglik"].get<double>();
    EXPECT_NEAR(counts.log_likelihood, expected, kTolerance * std::abs(expected));
    EXPECT_LT((counts.occupied - golden::Rows(m["gamma"]).transpose()).cwiseAbs().maxCoeff(),
              kTolerance);
    EXPECT_LT((counts.durations - golden::Rows(m["eta"]).transpose()).cwiseAbs().maxCoeff(),
              kTolerance);
    EXPECT_LT((counts.successors - golden::Rows(m["xi"])).cwiseAbs().maxCoeff(), kTolerance);
    EXPECT_LT(
        (counts.occupied.row(0).transpose() - golden::Vector(m["pi_post"])).cwiseAbs().maxCoeff(),
        kTolerance);
    EXPECT_EQ(counts.first_durations.size(), 0);
  }
}

// With and without left censoring (the odd ones).
TEST(ExpectCountsTest, EqualEnumerationOfRandomModels) {
  constexpr double kTolerance = 1e-12;
  int possible = 0, impossible = 0;
  for (std::uint32_t i = 0; i < 400; ++i) {
    const SmallModel model = DrawSmallModel(i, 20);
    const Enumeration expected = Enumerator(model.tables, model.log_density).Result();
    if (!std::isfinite(expected.log_likelihood)) {
      ++impossible;
      EXPECT_THROW(ExpectCounts(model.tables, model.log_density), std::invalid_argument) << i;
      continue;
    }
    ++possible;
    const ExpectedCounts counts = ExpectCounts(model.tables, model.log_density);
    EXPECT_NEAR(counts.log_likelihood, expected.log_likelihood,
                kTolerance * (1 + std::abs(expected.log_likelihood)));
    EXPECT_LT((counts.occupied - expected.occupied).cwiseAbs().maxCoeff(), kTolerance) << i;
    EXPECT_LT((counts.durations - expected.durations).cwiseAbs().maxCoeff(), kTolerance) << i;
    EXPECT_LT((counts.successors - expected.successors).cwiseAbs().maxCoeff(), kTolerance) << i;
    ASSERT_EQ(counts.first_durations.rows(), expected.first_durations.rows());
    if (counts.first_durations.size() > 0) {
      EXPECT_LT((counts.first_durations - expected.first_durations).cwiseAbs().maxCoeff(),
                kTolerance)
          << i;
    }
  }
  EXPECT_GT(possible, 100);
  EXPECT_GT(impossible, 20);
}

void ExpectSane(const golden::Case& c) {
  const ExpectedCounts counts = ExpectCounts(c.tables, c.log_density);
  EXPECT_TRUE(counts.occupied.allFinite()) << c.name;
  EXPECT_LT((counts.occupied.rowwise().sum().array() - 1).abs().maxCoeff(), 1e-9) << c.name;
  EXPECT_NEAR(counts.durations.sum(), counts.successors.sum() + 1, 1e-9 * counts.durations.sum())
      << c.name;
}

TEST(GoldenExpectCountsTest, EdgeCasesAddUp) {
  SKIP_WITHOUT_GOLDEN_HSMM();
  for (const golden::Case& c : golden::EdgeCases()) {
    ExpectSane(c);
    const auto expected = c.expected["loglik_logdomain"].get<double>();
    EXPECT_NEAR(ExpectCounts(c.tables, c.log_density).log_likelihood, expected,
                1e-10 * std::abs(expected))
        << c.name;
  }
}

TEST(SlowExpectCountsTest, EqualKnownSums) {
  SKIP_WITHOUT_GOLDEN_HSMM();
  for (const golden::Case& c : golden::KnownCases(200'000)) {
    ExpectSane(c);
    const ExpectedCounts counts = ExpectCounts(c.tables, c.log_density);
    const double steps = static_cast<double>(c.log_density.rows());
    const auto expected = c.expected["loglik"].get<double>();
    EXPECT_NEAR(counts.log_likelihood, expected, 1e-10 * std::abs(expected)) << c.name;
    EXPECT_LT(
        (counts.occupied.colwise().sum().transpose() - golden::Vector(c.expected["gamma_sum"]))
            .cwiseAbs()
            .maxCoeff(),
        1e-9 * steps)
        << c.name;
    EXPECT_LT((counts.durations.colwise().sum().transpose() - golden::Vector(c.expected["eta_sum"]))
                  .cwiseAbs()
                  .maxCoeff(),
              1e-9 * steps)
        << c.name;
    EXPECT_LT((counts.successors - golden::Rows(c.expected["xi"])).cwiseAbs().maxCoeff(),
              1e-9 * steps)
        << c.name;
    EXPECT_LT((counts.occupied.row(0).transpose() - golden::Vector(c.expected["pi_post"]))
                  .cwiseAbs()
                  .maxCoeff(),
              1e-9)
        << c.name;
  }
}

// A recording that begins in the middle of a stay: the same readings with the true beginning put
// back give the same posteriors from there on, if the beginning tells nothing.
TEST(ExpectCountsTest, LeftCensoringIsAnUnseenBeginning) {
  HsmmTables whole = golden::Tables(Json{0.5, 0.5}, Json{{0, 1}, {1, 0}},
                                    Json{{0.1, 0.2, 0.3, 0.4}, {0.3, 0.3, 0.3, 0.1}});
  constexpr Index kUnseen = 400, kSeen = 30;  // the start is long forgotten by then
  Eigen::MatrixXd log_density = Eigen::MatrixXd::Zero(kUnseen + kSeen, 2);
  for (Index t = 0; t < kSeen; ++t)
    log_density(kUnseen + t, 0) = 3 * std::sin(1.7 * static_cast<double>(t));
  HsmmTables censored = whole;
  censored.initial = Survivor(whole.pmf).colwise().sum().transpose();
  censored.initial /= censored.initial.sum();
  censored.first_pmf = ResidualLife(whole.pmf);
  censored.first_survivor = Survivor(censored.first_pmf);
  const ExpectedCounts expected = ExpectCounts(whole, log_density),
                       counts = ExpectCounts(censored, log_density.bottomRows(kSeen));
  EXPECT_NEAR(counts.log_likelihood, expected.log_likelihood, 1e-12);
  EXPECT_LT((counts.occupied - expected.occupied.bottomRows(kSeen)).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_NEAR(counts.first_durations.sum(), 1, 1e-12);
  EXPECT_NEAR(counts.first_durations.sum() + counts.durations.sum(), counts.successors.sum() + 1,
              1e-12);
}

// Readings 4e4 nats from every state, sometimes from all but one: windows are folded many times
// over, and posteriors stay probabilities.
TEST(ExpectCountsTest, LongSequencesWithExtremeDensities) {
  Eigen::MatrixXd pmf(60, 3);
  for (Index u = 0; u < 60; ++u) {
    const double x = static_cast<double>(u + 1);
    pmf.row(u) << x * std::exp(-x / 3), std::exp(-x / 20), x * x * std::exp(-x / 5);
  }
  for (auto column : pmf.colwise()) column /= column.sum();
  const HsmmTables tables = golden::FromLaws(
      Eigen::Vector3d(.2, .3, .5), Eigen::Matrix3d{{0, .5, .5}, {.3, 0, .7}, {.9, .1, 0}}, pmf);
  Eigen::MatrixXd log_density(20'000, 3);
  for (Index t = 0; t < log_density.rows(); ++t) {
    const double s = std::sin(0.37 * static_cast<double>(t * (t % 11)));
    log_density.row(t) << -1e5 * s * s, -4e4, (t % 97 == 0 ? 0.0 : -1e5 * (1 - s * s));
  }
  const ExpectedCounts counts = ExpectCounts(tables, log_density);
  EXPECT_TRUE(std::isfinite(counts.log_likelihood));
  EXPECT_LT(counts.log_likelihood, -1e8);
  EXPECT_LT((counts.occupied.rowwise().sum().array() - 1).abs().maxCoeff(), 1e-9);
  EXPECT_NEAR(counts.durations.sum(), counts.successors.sum() + 1, 1e-7);

  // A constant added to all states' log densities changes the likelihood by its sum, no count.
  const ExpectedCounts shifted = ExpectCounts(tables, log_density.array() - 1e5);
  EXPECT_NEAR(shifted.log_likelihood, counts.log_likelihood - 2e9, 1e-9 * 2e9);
  EXPECT_LT((shifted.occupied - counts.occupied).cwiseAbs().maxCoeff(), 1e-6);
}

TEST(ExpectCountsTest, CountsAddUp) {
  // 3000 readings far from every state: the running products are folded many times over.
  Eigen::VectorXd x(3000);
  for (Index t = 0; t < x.size(); ++t)
    x(t) = 5 * std::sin(0.05 * static_cast<double>(t)) + (t % 7 == 0 ? 30 : 0);
  Eigen::MatrixXd transition(3, 3);
  transition << 0, .5, .5, .3, 0, .7, .9, .1, 0;
  Eigen::MatrixXd pmf(40, 3);
  pmf.col(0) = DurationPmf({.mean_s = 1, .shape = 2}, 0.1, 40);
  pmf.col(1) = DurationPmf({.mean_s = 2, .shape = 5}, 0.1, 40);
  pmf.col(2) = DurationPmf({.mean_s = 0.3, .shape = 1}, 0.1, 40);
  const ExpectedCounts counts = ExpectCounts(
      golden::FromLaws(Eigen::Vector3d(.2, .3, .5), transition, pmf),
      golden::GaussianLogDensity(Eigen::Vector3d(-4, 0, 4), Eigen::Vector3d(1, .5, 2), x));
  constexpr double kTolerance = 1e-9;  // 3000 additions of rounding 1e-16, with cancellation
  EXPECT_LT((counts.occupied.rowwise().sum().array() - 1).abs().maxCoeff(), kTolerance);
  // Every segment but the last has a successor.
  EXPECT_NEAR(counts.durations.sum(), counts.successors.sum() + 1, 1e-7);
  EXPECT_TRUE(std::isfinite(counts.log_likelihood));
}

TEST(ExpectCountsTest, AnAbsorbingStateIsOneCensoredSegment) {
  Hsmm model{.interval_s = 0.1,
             .states = {{.name = "only", .mean_w = 10, .sd_w = 1}},
             .initial = Eigen::VectorXd::Ones(1),
             .transition = Eigen::MatrixXd::Zero(1, 1)};
  const std::vector<double> x = {9, 10.5, 11};
  const ExpectedCounts counts = ExpectCounts(MakeTables(model, 4), LogDensity(model, x, 0, 0));
  EXPECT_NEAR(counts.occupied.minCoeff(), 1, 1e-12);
  EXPECT_NEAR(counts.durations(3, 0), 1, 1e-12);
  EXPECT_NEAR(counts.log_likelihood, -0.5 * (1 + 0.25 + 1) - 1.5 * std::log(2 * M_PI), 1e-12);
}

TEST(ExpectCountsTest, AnImpossibleSequenceThrows) {
  // State 0 lasts exactly one interval and leads to 1, which cannot emit the second reading.
  const HsmmTables tables =
      golden::FromLaws(Eigen::Vector2d(1, 0), (Eigen::Matrix2d() << 0, 1, 1, 0).finished(),
                       (Eigen::Matrix2d() << 1, 1, 0, 0).finished());
  Eigen::MatrixXd log_density = Eigen::MatrixXd::Zero(2, 2);
  EXPECT_NO_THROW(ExpectCounts(tables, log_density));
  log_density(1, 1) = -std::numeric_limits<double>::infinity();
  EXPECT_THROW(ExpectCounts(tables, log_density), std::invalid_argument);
}

// An EM with free duration tables, from ExpectCounts alone.
void ExpectSameEm(const std::string& signal, const std::string& run) {
  const Json em = golden::ReadJson(golden::Folder() + "em.json");
  const Json& reference = em.at(run);
  const auto steps = reference["T"].get<Index>(), longest = reference["D"].get<Index>();
  const Eigen::VectorXd x = golden::Watts(signal).head(steps);
  Eigen::VectorXd mu = golden::Vector(em["init"][signal]["mu"]),
                  sd = golden::Vector(em["init"][signal]["sd"]);
  const Index n = mu.size();
  Eigen::VectorXd initial = Eigen::VectorXd::Constant(n, 1.0 / static_cast<double>(n));
  Eigen::MatrixXd transition = Eigen::MatrixXd::Constant(n, n, 1.0 / static_cast<double>(n - 1));
  transition.diagonal().setZero();
  Eigen::MatrixXd pmf = Eigen::MatrixXd::Constant(longest, n, 1.0 / static_cast<double>(longest));
  constexpr double kRelative = 1e-9;
  ASSERT_EQ(reference["loglik"].size(), 20U);
  for (const Json& expected : reference["loglik"]) {
    const ExpectedCounts counts = ExpectCounts(golden::FromLaws(initial, transition, pmf),
                                               golden::GaussianLogDensity(mu, sd, x));
    const double value = expected.get<double>();
    EXPECT_NEAR(counts.log_likelihood, value, kRelative * std::abs(value));
    initial = counts.occupied.row(0).transpose();
    initial /= initial.sum();
    for (Index j = 0; j < n; ++j) {
      transition.row(j) = counts.successors.row(j) / counts.successors.row(j).sum();
      pmf.col(j) = counts.durations.col(j) / counts.durations.col(j).sum();
      const auto weight = counts.occupied.col(j);
      mu(j) = weight.dot(x) / weight.sum();
      sd(j) = std::sqrt(weight.dot((x.array() - mu(j)).square().matrix()) / weight.sum());
    }
  }
  EXPECT_LT((mu - golden::Vector(reference["final"]["mu"])).cwiseAbs().maxCoeff(), 1e-6);
  EXPECT_LT((sd - golden::Vector(reference["final"]["sd"])).cwiseAbs().maxCoeff(), 1e-6);
}

TEST(GoldenEmTest, TwentyIterationsEqualTheIndependentProgramOnThreeStates) {
  SKIP_WITHOUT_GOLDEN_HSMM();
  ExpectSameEm("gpu3", "gpu3/T2000/D100/nonparam/ref");
}

TEST(GoldenEmTest, TwentyIterationsEqualTheIndependentProgramOnTwoStates) {
  SKIP_WITHOUT_GOLDEN_HSMM();
  ExpectSameEm("cpu2", "cpu2/T2000/D100/nonparam/ref");
}

}  // namespace
}  // namespace edgesim
