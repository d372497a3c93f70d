// Tests of calibration/fidelity_plan.h: nothing that is held out is in the training part.
#include "calibration/fidelity_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "sim/input_error.h"
#include "tests/support/toy_power.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TraceSet TwoActions() {
  TraceSet set = DrawTraces({LowAndHigh(), LowAndHigh()}, 7, 30, 1);
  const std::size_t n = set.requests.size();
  for (std::size_t i = 0; i < n; ++i) {
    set.requests.push_back(set.requests[i]);
    set.requests.back().action = "other";
  }
  return set;
}

TEST(PlanFidelity, EachRequestIsHeldOutOnceAndUnderAllActionsAtOnce) {
  const FidelityPlan plan = PlanFidelity(TwoActions(), 3, 0.5, 1);
  EXPECT_EQ(plan.actions, (std::vector<std::string>{"toy", "other"}));
  EXPECT_NEAR(plan.interval_s, 0.1, 1e-9);
  ASSERT_EQ(plan.parts.size(), 6U);
  std::map<std::string, int> held_out[2];
  for (std::size_t p = 0; p < 6; p += 2) {
    const FidelityPart &a = plan.parts[p], &b = plan.parts[p + 1];
    EXPECT_NE(a.action, b.action);
    ASSERT_EQ(a.held_out.size(), b.held_out.size());
    for (std::size_t i = 0; i < a.held_out.size(); ++i) {
      EXPECT_EQ(a.held_out[i].name, b.held_out[i].name);
      ++held_out[a.action][a.held_out[i].name];
    }
    EXPECT_EQ(a.train.rails[0].watts.size() + a.held_out.size(), 7U);
    EXPECT_EQ(a.train_tokens.size(), a.train.seconds_per_token.size());
  }
  for (const auto& [name, times] : held_out[0]) EXPECT_EQ(times, 1) << name;
  EXPECT_EQ(held_out[0].size(), 7U);
}

TEST(PlanFidelity, AnItemHasTheReadingsOfItsRequest) {
  TraceSet set = DrawTraces({LowAndHigh(), LowAndHigh()}, 4, 30, 1);
  RequestTrace& gap = set.requests[2];  // the sensor skipped the sixth reading
  gap.t_s.erase(gap.t_s.begin() + 5);
  for (auto& rail : gap.rail_w) rail.erase(rail.begin() + 5);
  for (const FidelityPart& part : PlanFidelity(set, 2, 0.5, 1).parts) {
    for (const HeldOut& item : part.held_out) {
      const auto at = static_cast<std::size_t>(std::stoi(item.name));
      const RequestTrace& trace = set.requests[at];
      ASSERT_EQ(item.t_s, trace.t_s);
      for (std::size_t i = 0; i < item.cell.size(); ++i)
        EXPECT_EQ(item.grid_w[1][item.cell[i]], trace.rail_w[1][i]);
      EXPECT_EQ(item.task.steps, item.grid_w[0].size());
      EXPECT_DOUBLE_EQ(item.task.seconds_per_token, 0.01);
      EXPECT_EQ(item.output_tokens, trace.output_tokens);
      EXPECT_GT(item.energy_j, 0);
      if (at == 2) {
        EXPECT_TRUE(std::isnan(item.grid_w[0][5]));
      }
    }
  }
}

TEST(PlanFidelity, RecordingsAreCutInTwoAndPredictedBlockByBlock) {
  const TraceSet set = DrawTraces({LowAndHigh(true)}, 1, 200, 1);
  const FidelityPlan plan = PlanFidelity(set, 6, 0.6, 2);
  ASSERT_EQ(plan.parts.size(), 2U);
  const std::vector<double>& all = set.requests[0].rail_w[0];
  const FidelityPart &late = plan.parts[0], &early = plan.parts[1];
  EXPECT_EQ(late.train.rails[0].watts[0], (std::vector<double>{all.begin(), all.begin() + 120}));
  EXPECT_EQ(early.train.rails[0].watts[0], (std::vector<double>{all.begin() + 120, all.end()}));
  EXPECT_TRUE(late.train.rails[0].mid_stay);
  // Of 80 held-out readings 10 come first, then three blocks of 20.
  ASSERT_EQ(late.held_out.size(), 3U);
  for (std::size_t b = 0; b < 3; ++b) {
    const HeldOut& block = late.held_out[b];
    const auto begin = all.begin() + 130 + 20 * static_cast<std::ptrdiff_t>(b);
    EXPECT_EQ(block.grid_w[0], (std::vector<double>{begin, begin + 20}));
    EXPECT_EQ(block.task.past[0], (std::vector<double>{all.begin() + 120, begin}));
    EXPECT_EQ(block.task.steps, 20U);
  }
}

TEST(PlanFidelity, WhatLeavesNothingToJudgeIsRefused) {
  const TraceSet requests = DrawTraces({LowAndHigh()}, 4, 30, 1);
  EXPECT_THAT([&] { PlanFidelity(requests, 5, 0.5, 1); },
              ThrowsMessage<InputError>(HasSubstr("folds: 5 is not between 2 and")));
  const TraceSet recording = DrawTraces({LowAndHigh(true)}, 1, 60, 1);
  EXPECT_THAT([&] { PlanFidelity(recording, 2, 0.5, 0.1); },
              ThrowsMessage<InputError>(HasSubstr("block_s: 0.1 s is less than two")));
  EXPECT_THAT([&] { PlanFidelity(recording, 2, 0.5, 10); },
              ThrowsMessage<InputError>(HasSubstr("shorter than a block of 10 s")));
}

}  // namespace
}  // namespace edgesim
