// Most probable paths of HSMMs against enumeration and golden paths.
#include "calibration/hsmm_viterbi.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "tests/support/hsmm_enumeration.h"
#include "tests/support/hsmm_golden.h"
#include "tests/support/sha256.h"

namespace edgesim {
namespace {

using Eigen::Index;
using golden::Json;

TEST(GoldenViterbiTest, EqualsTheBestOfAllSegmentations) {
  for (const Json& m : golden::TinyModels()) {
    double score = 0;
    const std::vector<int> path =
        ViterbiPath(golden::Tables(m["pi"], m["A"], m["d"]),
                    golden::GaussianLogDensity(golden::Vector(m["mu"]), golden::Vector(m["sd"]),
                                               golden::Vector(m["x"])),
                    &score);
    const auto expected = m["viterbi_logprob"].get<double>();
    EXPECT_NEAR(score, expected, 1e-12 * std::abs(expected));
    EXPECT_EQ(path, m["viterbi_path"].get<std::vector<int>>());
  }
}

TEST(ViterbiPathTest, EqualsEnumerationOfRandomModels) {
  for (const double range : {20.0, 1e5}) {
    int possible = 0, impossible = 0;
    for (std::uint32_t i = 0; i < 400; ++i) {
      const SmallModel model = DrawSmallModel(i, range);
      const Enumerator all(model.tables, model.log_density);
      const double best = all.Result().best_score;
      if (!std::isfinite(best)) {
        ++impossible;
        EXPECT_THROW(ViterbiPath(model.tables, model.log_density), std::invalid_argument) << i;
        continue;
      }
      ++possible;
      double score = 0;
      const std::vector<int> path = ViterbiPath(model.tables, model.log_density, &score);
      EXPECT_NEAR(score, best, 1e-12 * (1 + std::abs(best))) << i;
      EXPECT_NEAR(all.BestScoreOf(path), best, 1e-12 * (1 + std::abs(best))) << i;
    }
    EXPECT_GT(possible, 100);
    EXPECT_GT(impossible, 20);
  }
}

std::string Bytes(const std::vector<int>& path) { return {path.begin(), path.end()}; }

TEST(SlowViterbiTest, PathsAreTheKnownOnes) {
  SKIP_WITHOUT_GOLDEN_HSMM();
  const std::vector<golden::Case> cases = golden::KnownCases(200'000);
  ASSERT_EQ(cases.size(), 12U);
  for (const golden::Case& c : cases) {
    double score = 0;
    const std::vector<int> path = ViterbiPath(c.tables, c.log_density, &score);
    const auto expected = c.expected["viterbi_logprob"].get<double>();
    EXPECT_NEAR(score, expected, 1e-10 * std::abs(expected)) << c.name;
    EXPECT_EQ(Sha256(Bytes(path)), c.expected["viterbi_sha256_u8"].get<std::string>()) << c.name;
  }
}

TEST(GoldenViterbiTest, EdgeCases) {
  SKIP_WITHOUT_GOLDEN_HSMM();
  for (const golden::Case& c : golden::EdgeCases()) {
    double score = 0;
    const std::vector<int> path = ViterbiPath(c.tables, c.log_density, &score);
    const auto expected = c.expected["viterbi_logprob"].get<double>();
    EXPECT_NEAR(score, expected, 1e-10 * std::abs(expected)) << c.name;
    int runs = 1;
    for (std::size_t t = 1; t < path.size(); ++t) runs += path[t] != path[t - 1];
    EXPECT_EQ(runs, c.expected["viterbi_runs"].get<int>()) << c.name;
  }
}

// Two states nothing tells apart: the same path every time, the lower state last.
TEST(ViterbiPathTest, TiesAreBrokenTheSameWay) {
  const HsmmTables tables =
      golden::Tables(Json{0.5, 0.5}, Json{{0.0, 1.0}, {1.0, 0.0}}, Json{{0.0, 1.0}, {0.0, 1.0}});
  EXPECT_EQ(ViterbiPath(tables, Eigen::MatrixXd::Zero(6, 2)), (std::vector<int>{0, 0, 1, 1, 0, 0}));
}

// The sums of log densities reach -1e10; which of two paths is better is decided by 0.25 nats.
TEST(ViterbiPathTest, SmallDifferencesSurviveLargeSums) {
  constexpr Index kSteps = 100'000;
  const HsmmTables tables = golden::Tables(Json{0.5, 0.5}, Json{{0.0, 1.0}, {1.0, 0.0}},
                                           Json{{0.0, 0.0, 0.0, 1.0}, {0.0, 0.0, 0.0, 1.0}});
  Eigen::MatrixXd log_density = Eigen::MatrixXd::Constant(kSteps, 2, -1e5);
  log_density(50'000, 1) += 0.25;
  double score = 0;
  const std::vector<int> path = ViterbiPath(tables, log_density, &score);
  EXPECT_EQ(path[50'000], 1);
  EXPECT_NEAR(score, -1e10 + 0.25 + std::log(0.5), 1e-5);
}

}  // namespace
}  // namespace edgesim
