// Paths drawn from fitted models: their laws, their past, and their densities.
#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "calibration/rail_paths.h"
#include "tests/support/toy_power.h"

namespace edgesim {
namespace {

constexpr std::size_t kDraws = 2000;
const std::vector<std::size_t> kOneClass(kDraws, 0);
const std::vector<double> kNoLevel(kDraws, 0.0);

PathTask Steps(std::size_t steps) {
  PathTask task;
  task.steps = steps;
  return task;
}

std::unique_ptr<RailPaths> Paths1(const Hsmm& hsmm, LevelLaw level = {}) {
  return MakeHsmmPaths({.classes = {{.hsmm = hsmm, .level = level}}, .provenance = {}}, 7, 0);
}

TEST(HsmmPaths, FollowTheModel) {
  const auto model = Paths1(LowAndHigh());
  EXPECT_EQ(model->Parameters(), 7);
  const Paths paths = model->Sample(Steps(40), 0, kOneClass, kNoLevel, {.seed = 1});
  ASSERT_EQ(paths.rows(), static_cast<Eigen::Index>(kDraws));
  ASSERT_EQ(paths.cols(), 40);
  // Half begin low; in the long run two of three readings are.
  const auto low = [&](Eigen::Index t) {
    return (paths.col(t).array() < 40).cast<double>().mean();
  };
  EXPECT_NEAR(low(0), 0.5, 0.05);
  EXPECT_NEAR((paths.rightCols(15).array() < 40).cast<double>().mean(), 2.0 / 3, 0.04);
}

TEST(HsmmPaths, GoOnFromThePast) {
  const auto model = Paths1(LowAndHigh(true));
  PathTask task = Steps(1);
  // 0.9 s high: far beyond the mean stay of 0.5 s, so it soon ends; 0.1 s: it goes on.
  task.past = {std::vector<double>(12, 20)};
  task.past[0].resize(21, 60);
  const Paths late = model->Sample(task, 0, kOneClass, kNoLevel, {.seed = 1});
  task.past = {std::vector<double>(12, 20)};
  task.past[0].resize(13, 60);
  const Paths early = model->Sample(task, 0, kOneClass, kNoLevel, {.seed = 1});
  EXPECT_GT((early.array() > 40).cast<double>().mean(), 0.95);
  EXPECT_LT((late.array() > 40).cast<double>().mean(), 0.75);
}

TEST(HsmmPaths, LevelsAreOfTheRequest) {
  Hsmm hsmm = LowAndHigh();
  for (HsmmState& state : hsmm.states) state.takes_level = true;
  const auto model = Paths1(hsmm, {.shared_w = 3, .own_w = 4});
  std::vector<double> shared(kDraws);
  for (std::size_t i = 0; i < kDraws; ++i) shared[i] = i % 2 == 0 ? 1 : -1;
  const Paths paths = model->Sample(Steps(1), 0, kOneClass, shared, {.seed = 1});
  double sum[2] = {0, 0}, n[2] = {0, 0};
  for (Eigen::Index i = 0; i < paths.rows(); ++i) {
    const double x = paths(i, 0) < 40 ? paths(i, 0) : paths(i, 0) - 40;
    sum[i % 2] += x;
    ++n[i % 2];
  }
  EXPECT_NEAR(sum[0] / n[0], 23, 0.5);  // sd of one is about 4.5
  EXPECT_NEAR(sum[1] / n[1], 17, 0.5);
}

// One steady state with a level: readings are jointly normal, the density known.
TEST(HsmmPaths, TheLogScoreSumsOverLevelsAndClasses) {
  Hsmm hsmm{.interval_s = 0.1,
            .states = {{.name = "s", .mean_w = 50, .sd_w = 1, .takes_level = true, .duration = {}}},
            .initial = Eigen::VectorXd::Ones(1),
            .transition = Eigen::MatrixXd::Zero(1, 1)};
  const std::vector<double> watts = {51.2, 52.1, 50.7};
  const double tau = 2;
  const auto log_normal = [](const Eigen::VectorXd& x, const Eigen::MatrixXd& covariance) {
    return -0.5 * x.dot(covariance.inverse() * x) - 0.5 * std::log(covariance.determinant()) -
           0.5 * static_cast<double>(x.size()) * std::log(2 * M_PI);
  };
  const Eigen::VectorXd x = Eigen::Map<const Eigen::VectorXd>(watts.data(), 3).array() - 50;
  const Eigen::MatrixXd covariance =
      Eigen::MatrixXd::Identity(3, 3) + Eigen::MatrixXd::Constant(3, 3, tau * tau);
  const double exact = log_normal(x, covariance);
  EXPECT_NEAR(Paths1(hsmm, {.shared_w = 0, .own_w = tau})->LogScore(Steps(3), 0, watts, {1}), exact,
              2e-3);

  Hsmm other = hsmm;
  other.states[0].mean_w = 48;
  const auto two = MakeHsmmPaths(
      {.classes = {{.hsmm = hsmm, .level = {}}, {.hsmm = other, .level = {}}}, .provenance = {}}, 2,
      0);
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(3, 3);
  const double mixture = std::log(0.25 * std::exp(log_normal(x, identity)) +
                                  0.75 * std::exp(log_normal(x.array() + 2, identity)));
  EXPECT_NEAR(two->LogScore(Steps(3), 0, watts, {0.25, 0.75}), mixture, 1e-9);
}

TEST(HsmmPaths, TheLogScoreIsOfTheReadingsAfterThePast) {
  const auto model = Paths1(LowAndHigh(true));
  const std::vector<double> all = DrawSequences(LowAndHigh(true), 1, 30, 4).watts[0];
  PathTask task = Steps(10);
  task.past = {{all.begin(), all.begin() + 20}};
  const double whole = model->LogScore(Steps(30), 0, all, {1});
  const double before = model->LogScore(Steps(20), 0, task.past[0], {1});
  EXPECT_NEAR(model->LogScore(task, 0, {all.begin() + 20, all.end()}, {1}), whole - before, 1e-9);
}

}  // namespace
}  // namespace edgesim
