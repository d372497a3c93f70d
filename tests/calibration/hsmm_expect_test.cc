// Expected counts of HSMMs against enumeration, and what they must add up to.
#include "calibration/hsmm_expect.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace edgesim {
namespace {

using Eigen::Index;
using nlohmann::json;

Eigen::VectorXd Vector(const json& values) {
  Eigen::VectorXd v(static_cast<Index>(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    v(static_cast<Index>(i)) = values[i].get<double>();
  return v;
}

// Rows of the matrix are the inner arrays.
Eigen::MatrixXd Matrix(const json& rows) {
  Eigen::MatrixXd m(static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size()));
  for (std::size_t i = 0; i < rows.size(); ++i)
    m.row(static_cast<Index>(i)) = Vector(rows[i]).transpose();
  return m;
}

Eigen::MatrixXd GaussianLogDensity(const Eigen::VectorXd& x, const Eigen::VectorXd& mu,
                                   const Eigen::VectorXd& sd) {
  Eigen::MatrixXd density(x.size(), mu.size());
  for (Index j = 0; j < mu.size(); ++j) {
    density.col(j) =
        -0.5 * ((x.array() - mu(j)) / sd(j)).square() - std::log(sd(j)) - 0.5 * std::log(2 * M_PI);
  }
  return density;
}

HsmmTables Tables(const Eigen::VectorXd& initial, const Eigen::MatrixXd& transition,
                  const Eigen::MatrixXd& pmf) {
  return {.initial = initial, .transition = transition, .pmf = pmf, .survivor = Survivor(pmf)};
}

// Our own enumeration of all segmentations of five small models; the file is a copy of the
// project's golden data and ships with the tests.
json BruteModels() {
  for (const char* room : {"devices", "calibration"}) {
    std::ifstream file(std::string(EDGESIM_SOURCE_DIR "/tests/") + room + "/data/brute_tiny.json");
    if (file) return json::parse(file);
  }
  return nullptr;
}

TEST(GoldenExpectCountsTest, EqualEnumerationOfAllSegmentations) {
  const json models = BruteModels();
  ASSERT_TRUE(models.is_array()) << "tests/devices/data/brute_tiny.json is missing";
  ASSERT_EQ(models.size(), 5U);
  constexpr double kTolerance = 1e-9;
  for (const json& m : models) {
    const HsmmTables tables = Tables(Vector(m["pi"]), Matrix(m["A"]), Matrix(m["d"]).transpose());
    const ExpectedCounts counts =
        ExpectCounts(tables, GaussianLogDensity(Vector(m["x"]), Vector(m["mu"]), Vector(m["sd"])));
    EXPECT_NEAR(counts.log_likelihood, m["loglik"].get<double>(), kTolerance);
    EXPECT_LT((counts.occupied - Matrix(m["gamma"]).transpose()).cwiseAbs().maxCoeff(), kTolerance);
    EXPECT_LT((counts.durations - Matrix(m["eta"]).transpose()).cwiseAbs().maxCoeff(), kTolerance);
    EXPECT_LT((counts.successors - Matrix(m["xi"])).cwiseAbs().maxCoeff(), kTolerance);
    EXPECT_LT((counts.occupied.row(0).transpose() - Vector(m["pi_post"])).cwiseAbs().maxCoeff(),
              kTolerance);
  }
}

DurationLaw Gamma(double mean_s, double shape) {
  return {.family = DurationFamily::kGamma, .mean_s = mean_s, .shape = shape, .table = {}};
}

TEST(ExpectCountsTest, CountsAddUp) {
  // 3000 readings far from every state: the running products are folded many times over.
  Eigen::VectorXd x(3000);
  for (Index t = 0; t < x.size(); ++t)
    x(t) = 5 * std::sin(0.05 * static_cast<double>(t)) + (t % 7 == 0 ? 30 : 0);
  Eigen::MatrixXd transition(3, 3);
  transition << 0, .5, .5, .3, 0, .7, .9, .1, 0;
  Eigen::MatrixXd pmf(40, 3);
  pmf.col(0) = DurationPmf(Gamma(1, 2), 0.1, 40);
  pmf.col(1) = DurationPmf(Gamma(2, 5), 0.1, 40);
  pmf.col(2) = DurationPmf(Gamma(0.3, 1), 0.1, 40);
  const ExpectedCounts counts =
      ExpectCounts(Tables(Eigen::Vector3d(.2, .3, .5), transition, pmf),
                   GaussianLogDensity(x, Eigen::Vector3d(-4, 0, 4), Eigen::Vector3d(1, .5, 2)));
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
      Tables(Eigen::Vector2d(1, 0), (Eigen::Matrix2d() << 0, 1, 1, 0).finished(),
             (Eigen::Matrix2d() << 1, 1, 0, 0).finished());
  Eigen::MatrixXd log_density = Eigen::MatrixXd::Zero(2, 2);
  EXPECT_NO_THROW(ExpectCounts(tables, log_density));
  log_density(1, 1) = -std::numeric_limits<double>::infinity();
  EXPECT_THROW(ExpectCounts(tables, log_density), std::invalid_argument);
}

}  // namespace
}  // namespace edgesim
