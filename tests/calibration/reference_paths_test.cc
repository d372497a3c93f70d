// The models HSMMs are measured against: what they keep of the training part and what they lose.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "calibration/path_features.h"
#include "calibration/rail_paths.h"
#include "tests/support/toy_power.h"

namespace edgesim {
namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

PathTask Steps(std::size_t steps) {
  PathTask task;
  task.steps = steps;
  return task;
}

std::vector<double> Row(const Paths& paths, Eigen::Index i) {
  return {paths.row(i).begin(), paths.row(i).end()};
}

TEST(IidPaths, KeepTheReadingsAndLoseTheirOrder) {
  const RailSequences data{.interval_s = 0.1, .watts = {{10, 10, kNan, 10}, {20, 20, 30}}};
  const auto model = MakeIidPaths(data);
  const Paths paths = model->Sample(Steps(500), 0, std::vector<std::size_t>(8, 0), {}, {.seed = 1});
  const Eigen::ArrayXXf x = paths.array();
  EXPECT_TRUE((x == 10 || x == 20 || x == 30).all());
  EXPECT_NEAR((x == 10).cast<double>().mean(), 3.0 / 6, 0.03);
  EXPECT_NEAR((x == 30).cast<double>().mean(), 1.0 / 6, 0.03);
  EXPECT_NEAR(Autocorrelation(Row(paths, 0), 1), 0, 0.15);
  EXPECT_NE(Row(paths, 0), Row(paths, 1));
  EXPECT_TRUE(std::isnan(model->LogScore(Steps(1), 0, {10}, {1})));
}

TEST(ReplayPaths, RepeatATrainingTraceAndGoOnWithItsSecondHalf) {
  const auto model =
      MakeReplayPaths({.interval_s = 0.1, .watts = {{1, kNan, 3, 4}, {kNan, 12, 13, 14}}});
  const Paths paths = model->Sample(Steps(7), 0, std::vector<std::size_t>(40, 0), {}, {.seed = 1});
  int first = 0;
  for (Eigen::Index i = 0; i < paths.rows(); ++i) {
    const std::vector<double> path = Row(paths, i);
    const bool is_first = path[0] == 1;
    first += is_first;
    EXPECT_EQ(path, is_first ? (std::vector<double>{1, 1, 3, 4, 3, 4, 3})
                             : (std::vector<double>{12, 12, 13, 14, 13, 14, 13}));
  }
  EXPECT_GT(first, 8);
  EXPECT_LT(first, 32);
}

TEST(ReplayPaths, ARecordingIsReplayedFromAnyMomentRoundAndRound) {
  const auto model = MakeReplayPaths({.interval_s = 0.1, .watts = {{1, 2, 3}}, .mid_stay = true});
  const Paths paths = model->Sample(Steps(4), 0, std::vector<std::size_t>(60, 0), {}, {.seed = 1});
  std::vector<int> starts(4);
  for (Eigen::Index i = 0; i < paths.rows(); ++i) {
    const auto begin = static_cast<int>(paths(i, 0));
    ++starts[static_cast<std::size_t>(begin)];
    for (int t = 0; t < 4; ++t) EXPECT_EQ(paths(i, t), static_cast<float>((begin - 1 + t) % 3 + 1));
  }
  for (int begin = 1; begin <= 3; ++begin) EXPECT_GT(starts[static_cast<std::size_t>(begin)], 5);
}

TEST(TcnPaths, LearnTheMeanAndHaveADensity) {
  const RailSequences data = DrawSequences(LowAndHigh(), 8, 30, 5);
  const auto model = MakeTcnPaths(data, {.restarts = 1, .seed = 1, .em = {}});
  EXPECT_GT(model->Parameters(), 1000);
  const Paths paths =
      model->Sample(Steps(30), 0, std::vector<std::size_t>(200, 0), {}, {.seed = 1});
  double mean = 0;
  for (const auto& x : data.watts)
    for (const double w : x) mean += w / 240;
  EXPECT_NEAR(paths.cast<double>().mean(), mean, 6);
  EXPECT_TRUE(std::isfinite(model->LogScore(Steps(30), 0, data.watts[0], {1})));
  // A reading far from all that was seen costs what it costs an HSMM: log(1e-5 / 150 W).
  std::vector<double> odd = data.watts[0];
  odd[0] = 1e6;
  const auto first = [&](double w) { return model->LogScore(Steps(1), 0, {w}, {1}); };
  EXPECT_NEAR(first(1e6), std::log(1e-5 / 150), 1e-6);
  EXPECT_GT(first(20), first(1e6) + 5);
  EXPECT_TRUE(std::isfinite(model->LogScore(Steps(30), 0, odd, {1})));
  // Another rail has other noise.
  EXPECT_NE(Row(paths, 0), Row(model->Sample(Steps(30), 1, {0}, {}, {.seed = 1}), 0));
}

}  // namespace
}  // namespace edgesim
