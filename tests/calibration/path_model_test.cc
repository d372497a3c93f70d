// Tests of calibration/path_model.h: rails of different kinds side by side, classes and levels
// common to them, determinism.
#include "calibration/path_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sim/input_error.h"
#include "tests/support/toy_power.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const FitControl kControl{.restarts = 1, .seed = 1, .em = {}};

ActionData TwoRails() {
  ActionData data;
  data.rails = {DrawSequences(LowAndHigh(), 8, 40, 1), DrawSequences(LowAndHigh(), 8, 40, 2)};
  data.seconds_per_token.assign(8, 0.01);
  return data;
}

PathTask Steps(std::size_t steps) {
  PathTask task;
  task.steps = steps;
  return task;
}

TEST(PathModel, EachRailHasItsOwnKind) {
  const auto model = FitPathModel(TwoRails(), {"free=2 gamma", "iid"}, {}, kControl);
  EXPECT_GT(model->Parameters(), 5);
  EXPECT_EQ(model->RequestClasses(), std::vector<std::size_t>(8, 0));
  const std::vector<Paths> paths = model->Sample(Steps(30), 50, {.seed = 1});
  ASSERT_EQ(paths.size(), 2U);
  EXPECT_EQ(paths[0].rows(), 50);
  EXPECT_EQ(paths[1].cols(), 30);
  const std::vector<double> watts = TwoRails().rails[0].watts[0];
  const std::vector<double> scores = model->LogScores(Steps(40), {watts, watts});
  EXPECT_TRUE(std::isfinite(scores[0]));
  EXPECT_TRUE(std::isnan(scores[1]));
}

TEST(PathModel, PathsAreFunctionsOfSeedAndNumber) {
  const auto model = FitPathModel(TwoRails(), {"free=2", "replay"}, {}, kControl);
  const std::vector<Paths> few = model->Sample(Steps(20), 5, {.seed = 3});
  const std::vector<Paths> many = model->Sample(Steps(20), 9, {.seed = 3});
  for (std::size_t r = 0; r < 2; ++r) EXPECT_EQ(few[r], many[r].topRows(5));
  EXPECT_NE(few[0], model->Sample(Steps(20), 5, {.seed = 4})[0]);
}

// Two kinds of requests, told by speed: a request as fast as the first kind draws the first kind.
TEST(PathModel, SpeedTellsTheKindOfRequest) {
  ActionData data;
  data.rails = {{.interval_s = 0.1, .watts = {}}};
  for (std::uint32_t i = 0; i < 16; ++i) {
    WordStream words = Noise{.seed = 7, .entity = i}.Words(Stream::kRail);
    std::vector<double>& x = data.rails[0].watts.emplace_back(40);
    for (double& w : x) w = (i % 2 == 0 ? 40 : 60) + StandardNormal(words);
    data.seconds_per_token.push_back((i % 2 == 0 ? 0.02 : 0.04) *
                                     std::exp(0.02 * StandardNormal(words)));
  }
  const auto model = FitPathModel(data, {"free=1 classes=2"}, {}, kControl);
  PathTask task = Steps(5);
  for (const bool slow : {false, true}) {
    task.seconds_per_token = slow ? 0.04 : 0.02;
    const Paths paths = model->Sample(task, 400, {.seed = 1})[0];
    EXPECT_NEAR((paths.col(0).array() > 50).cast<double>().mean(), slow, 0.1);
  }
  task.request_class.assign(400, model->RequestClasses()[1]);  // a slow one, whatever the speed
  task.seconds_per_token = 0.02;
  EXPECT_TRUE((model->Sample(task, 400, {.seed = 1})[0].array() > 50).all());
}

TEST(PathModel, PublishedModelsAreTakenAsTheyAre) {
  ActionData data = TwoRails();
  data.rails.pop_back();
  const auto model = FitPathModel(data, {"published"}, {LowAndHigh()}, kControl);
  const Paths paths = model->Sample(Steps(30), 100, {.seed = 1})[0];
  EXPECT_NEAR((paths.array() > 40).cast<double>().mean(), 0.35, 0.1);
}

TEST(PathModel, UnknownWordsAreRefused) {
  EXPECT_THAT(
      [] {
        FitPathModel(TwoRails(), {"fre=2", "iid"}, {}, kControl);
      },
      ThrowsMessage<InputError>(HasSubstr("fre=2")));
}

}  // namespace
}  // namespace edgesim
