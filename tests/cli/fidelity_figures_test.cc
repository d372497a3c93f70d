// Tests for experiments/cli/fidelity_figures.cc.
#include "experiments/cli/fidelity_figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/hand_made_run.h"

namespace edgesim {
namespace {

using testing::ElementsAre;

TEST(FidelityFigures, RangesCountsAndMeansAreOverActions) {
  std::vector<ActionScore> actions = HandMadeRun().report.models[0].actions;
  actions[1].requests = 9;  // weighs half
  actions[1].signals[1].inside_90 = {9, 7};
  actions[1].signals[1].energy_j.crps = 64;
  actions[1].signals[1].peak_w.ks_p = {0.5, 0.5};
  actions[1].signals[1].lag1.simulated = 0.65;
  const SignalFigures f = FiguresOf(actions, "gpu");
  EXPECT_NEAR(f.energy_bias.low, -0.005, 1e-12);
  EXPECT_NEAR(f.energy_bias.high, 0.01, 1e-12);
  EXPECT_EQ(f.in_90.mean, 16.5 + 8);
  EXPECT_EQ(f.in_90.count, 27U);
  EXPECT_EQ(f.in_90.least, 7U);  // 7/9 is below 16/18
  EXPECT_EQ(f.in_90.least_of, 9U);
  EXPECT_NEAR(f.crps_share, (18 * 0.02 + 9 * 0.08) / 27, 1e-15);
  EXPECT_THAT(f.peak.passed, ElementsAre(2U, 1U));
  EXPECT_EQ(f.peak.of, 2U);
  EXPECT_DOUBLE_EQ(f.peak_w1_w.low, 1.5);
  EXPECT_DOUBLE_EQ(f.peak_w1_w.high, 2);
  EXPECT_NEAR(f.lag1_error, 0.2, 1e-12);
}

TEST(FidelityFigures, WhatIsNotDefinedIsNotCounted) {
  const std::vector<ActionScore> actions = HandMadeRun().report.models[2].actions;
  const SignalFigures f = FiguresOf(actions, "gpu");
  EXPECT_EQ(f.ramp.of, 0U);
  EXPECT_TRUE(std::isnan(f.log_score));
  EXPECT_TRUE(std::isnan(FiguresOf(actions, "npu").crps_share));
  EXPECT_EQ(FiguresOf(actions, "npu").in_90.count, 0U);
}

TEST(FidelityFigures, ThePrimarySignalIsTheFirstThatRampsOrElseTheLast) {
  FidelityReport report = HandMadeRun().report;
  EXPECT_EQ(PrimarySignal(report, "hsmm"), "gpu");
  EXPECT_EQ(PrimarySignal(report, "hmm"), "total");
  EXPECT_EQ(PrimarySignal(report, ""), "gpu");  // of the first model
  EXPECT_EQ(PrimarySignal(HandMadeBlocks().report, "hsmm"), "wall");
  report.models.clear();
  EXPECT_EQ(PrimarySignal(report, "hsmm"), "total");
}

}  // namespace
}  // namespace edgesim
