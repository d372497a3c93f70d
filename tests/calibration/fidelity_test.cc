// Tests of calibration/fidelity.h: a right model is found right and a wrong one wrong.
#include "calibration/fidelity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cmath>

#include "sim/input_error.h"
#include "tests/support/toy_power.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

FidelityOptions Options(const std::vector<ModelChoice>& models) {
  FidelityOptions options;
  options.models = models;
  options.folds = 3;
  options.draws = 200;
  options.seeds = 2;
  options.restarts = 1;
  options.cap_w = 50;
  return options;
}

TEST(JudgeFidelity, TheTrueStructureIsCalibratedAndIidIsNot) {
  const TraceSet traces = DrawTraces({LowAndHigh()}, 24, 50, 1);
  FidelityOptions options =
      Options({{.name = "hsmm", .rails = {"free=2 gamma"}}, {.name = "iid", .rails = {"iid"}}});
  options.reference = "hsmm";
  options.against = "iid";
  const FidelityReport report = JudgeFidelity(traces, options);
  EXPECT_EQ(report.requests, 24U);
  EXPECT_FALSE(report.blocks);
  ASSERT_EQ(report.models.size(), 2U);
  ASSERT_EQ(report.floors.size(), 1U);
  const SignalScore &hsmm = report.models[0].actions[0].signals[0],
                    &iid = report.models[1].actions[0].signals[0];
  EXPECT_NEAR(hsmm.energy_j.simulated / hsmm.energy_j.measured, 1, 0.05);
  EXPECT_GE(hsmm.inside_90[0], 18U);
  // Readings drawn one by one hardly vary in sum, change all the time and remember nothing.
  EXPECT_LT(iid.inside_90[0], hsmm.inside_90[0]);
  EXPECT_GT(iid.roughness_w.w1, 3 * hsmm.roughness_w.w1);
  EXPECT_GT(iid.acf_error, 2 * hsmm.acf_error);
  EXPECT_GT(hsmm.dwell_above_ks_p, 0.01);
  EXPECT_LT(iid.dwell_above_ks_p, 1e-6);
  EXPECT_TRUE(std::isnan(iid.log_score));
  EXPECT_GT(report.models[0].parameters, report.models[1].parameters);
  bool roughness = false;
  for (const PairedRow& row : report.paired) {
    if (!row.score.starts_with("roughness")) continue;
    roughness = true;
    EXPECT_LT(row.difference.high, 0);
  }
  EXPECT_TRUE(roughness);
  EXPECT_FALSE(std::isnan(report.models[0].actions[0].given_tokens_bias));
}

TEST(JudgeFidelity, ThreadsDoNotChangeTheResult) {
  const TraceSet traces = DrawTraces({LowAndHigh(), LowAndHigh()}, 9, 30, 2);
  const FidelityOptions options = Options({{.name = "a", .rails = {"free=2", "replay"}}});
  const auto run = [&](std::size_t threads) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    return JudgeFidelity(traces, options);
  };
  const FidelityReport one = run(1), two = run(2);
  for (std::size_t k = 0; k < 3; ++k) {
    const SignalScore &a = one.models[0].actions[0].signals[k],
                      &b = two.models[0].actions[0].signals[k];
    EXPECT_EQ(a.energy_j.crps, b.energy_j.crps);
    EXPECT_EQ(a.peak_w.w1, b.peak_w.w1);
    EXPECT_EQ(a.window_crps_w, b.window_crps_w);
    EXPECT_EQ(a.inside_90, b.inside_90);
  }
  EXPECT_EQ(one.models[0].actions[0].cap_brier, two.models[0].actions[0].cap_brier);
}

TEST(JudgeFidelity, RecordingsAreJudgedBlockByBlock) {
  const TraceSet traces = DrawTraces({LowAndHigh(true)}, 1, 600, 3);
  FidelityOptions options =
      Options({{.name = "hsmm", .rails = {"free=2 gamma"}}, {.name = "auto", .rails = {"auto"}}});
  options.block_s = 2;
  const FidelityReport report = JudgeFidelity(traces, options);
  EXPECT_TRUE(report.blocks);
  EXPECT_EQ(report.requests, 28U);
  const SignalScore& hsmm = report.models[0].actions[0].signals[0];
  EXPECT_NEAR(hsmm.energy_j.simulated / hsmm.energy_j.measured, 1, 0.08);
  EXPECT_GE(hsmm.inside_90[0], 20U);
  EXPECT_TRUE(std::isnan(report.models[0].actions[0].given_tokens_bias));
  EXPECT_THAT(report.models[1].words[0], HasSubstr("auto: free=2"));
}

TEST(JudgeFidelity, PublishedModelsThatAreNotThereAreLeftOut) {
  TraceSet traces = DrawTraces({LowAndHigh()}, 6, 30, 4);
  for (RequestTrace& trace : traces.requests) trace.action = "Toy";  // "toy" in the report
  FidelityOptions options =
      Options({{.name = "iid", .rails = {"iid"}}, {.name = "theirs", .rails = {"published"}}});
  EXPECT_EQ(JudgeFidelity(traces, options).models.size(), 1U);
  options.published[{"toy", "cpu"}] = LowAndHigh();
  EXPECT_THAT([&] { JudgeFidelity(traces, options); },
              ThrowsMessage<InputError>(
                  HasSubstr("model theirs: no published model of action toy, rail gpu")));
  options.published[{"toy", "gpu"}] = LowAndHigh();
  const FidelityReport report = JudgeFidelity(traces, options);
  ASSERT_EQ(report.models.size(), 2U);
  EXPECT_TRUE(std::isfinite(report.models[1].actions[0].signals[0].log_score));
}

TEST(JudgeFidelity, ModelsThatCannotBeAreRefused) {
  const TraceSet recording = DrawTraces({LowAndHigh(true)}, 1, 200, 5);
  EXPECT_THAT([&] { JudgeFidelity(recording, Options({{.name = "net", .rails = {"tcn"}}})); },
              ThrowsMessage<InputError>(HasSubstr("model net: a tcn generates requests")));
  EXPECT_THAT([&] { JudgeFidelity(recording, Options({{.name = "x", .rails = {"fre=2"}}})); },
              ThrowsMessage<InputError>(HasSubstr("model x, rail gpu")));
}

}  // namespace
}  // namespace edgesim
