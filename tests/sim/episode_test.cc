// Tests of sim/episode.h on toy worlds: order of events, limits, idle energy.
#include "sim/episode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "tests/support/toy_world.h"

namespace edgesim {
namespace {

using namespace std::chrono_literals;
using toys::At;
using toys::Budget;
using toys::Flat;
using toys::kNoBudgetJ;
using toys::Toy;

TEST(EpisodeClosedLoop, RequestsFollowEachOther) {
  Toy toy;
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kRequestsDone);
  EXPECT_FALSE(record.Terminated());
  EXPECT_EQ(record.end_time, At(6s));
  EXPECT_EQ(record.reward, 1.5);
  EXPECT_EQ(record.energy, Joules(60));
  EXPECT_EQ(record.budget_used, 60 / kNoBudgetJ);
  EXPECT_EQ(record.requests_unserved, 0U);
  ASSERT_EQ(record.rows.size(), 3U);
  for (std::uint32_t i = 0; i < 3; ++i) {
    const RequestRow& row = record.rows[i];
    EXPECT_EQ(row.request.index, i);
    EXPECT_EQ(row.request.arrival, At(i * 2s));
    EXPECT_EQ(row.dispatched, At(i * 2s));
    EXPECT_EQ(row.ended, At((i + 1) * 2s));
    EXPECT_EQ(row.energy, Joules(20));
    EXPECT_EQ(row.peak, Watts(10));
    EXPECT_EQ(row.reward, 0.5);
    EXPECT_TRUE(row.completed);
    EXPECT_FALSE(row.cap_exceeded);
  }
}

TEST(EpisodeClosedLoop, HasNoIdleEnergy) {
  Toy toy;
  toy.device = toys::Device(10, 7);
  EXPECT_EQ(toy.Run().energy, Joules(60));
}

TEST(EpisodeClosedLoop, RequestThatTakesNoTime) {
  Toy toy;
  toy.answers = toys::Answers(0, 10);
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kRequestsDone);
  EXPECT_EQ(record.end_time, At(0s));
  EXPECT_EQ(record.reward, 3);
  EXPECT_EQ(record.energy, Joules(0));
}

TEST(EpisodeClosedLoop, TheActionTakenIsExecutedAndRecorded) {
  Toy toy;
  toy.answers = toys::Answers([](const Request&, ActionId action, const Noise&) {
    return Answer{.output_tokens = action, .score = 2.0 * action};
  });
  toy.policy =
      toys::Policy([](const Observation& seen, const Noise&) { return seen.request_index + 1; });
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_time, At(6s));
  EXPECT_DOUBLE_EQ(record.reward, 0.2 + 0.4 + 0.6);
  for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(record.rows[i].action, i + 1);
}

TEST(EpisodeClosedLoop, CountsClampedDraws) {
  class Clamping final : public Device {
   public:
    Clamping() { info_.emission_interval = 20ms; }
    const DeviceInfo& Info() const override { return info_; }
    void Execute(const Request& request, ActionId, const Answer&, const Noise&,
                 Execution& out) const override {
      out.segments = {Flat(1, 1s)};
      out.duration = 1s;
      out.clamped = request.index + 1;
    }

   private:
    DeviceInfo info_;
  };
  const Clamping device;
  const Toy toy;
  World world = toy.Build();
  world.device = &device;
  toys::Policy policy;
  EXPECT_EQ(RunEpisode(world, policy, "toy", {}).power_draws_clamped, 6U);
}

TEST(EpisodeBudget, CrossingCutsTheRunningRequest) {
  Toy toy;
  toy.limits = Budget(35, 3);
  toy.limits.budget.brown_out_reward = -0.25;
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kEnergyExhausted);
  EXPECT_TRUE(record.Terminated());
  EXPECT_EQ(record.end_time, At(3500ms));
  EXPECT_EQ(record.energy, Joules(35));
  EXPECT_EQ(record.budget_used, 1);
  EXPECT_EQ(record.reward, 0.5 - 0.25);
  ASSERT_EQ(record.rows.size(), 2U);
  EXPECT_TRUE(record.rows[0].completed);
  EXPECT_FALSE(record.rows[1].completed);
  EXPECT_EQ(record.rows[1].dispatched, At(2s));
  EXPECT_EQ(record.rows[1].ended, At(3500ms));
  EXPECT_EQ(record.rows[1].energy, Joules(15));
  EXPECT_EQ(record.rows[1].reward, -0.25);
}

TEST(EpisodeBudget, BrownOutEarnsNothingByDefault) {
  Toy toy;
  toy.limits = Budget(35, 3);
  EXPECT_EQ(toy.Run().reward, 0.5);
}

// 1 J at 3 W lasts 1/3 s: the event is on the next nanosecond, the energy is the budget all the
// same.
TEST(EpisodeBudget, CrossingBetweenNanoseconds) {
  Toy toy;
  toy.device = toys::Device(3);
  toy.limits = Budget(1, 3);
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_time, At(333'333'334ns));
  EXPECT_EQ(record.energy, Joules(1));
  EXPECT_EQ(record.budget_used, 1);
}

// Budget exactly used at a completion: the request is judged, then there is nothing left to go on
// with.
TEST(EpisodeBudget, CompletionBeforeCrossingAtTheSameNanosecond) {
  Toy toy;
  toy.limits = Budget(40, 3);
  toy.limits.budget.brown_out_reward = -1;
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kEnergyExhausted);
  EXPECT_EQ(record.end_time, At(4s));
  EXPECT_EQ(record.energy, Joules(40));
  EXPECT_EQ(record.budget_used, 1);
  EXPECT_EQ(record.reward, 1);
  ASSERT_EQ(record.rows.size(), 2U);
  EXPECT_TRUE(record.rows[1].completed);
  EXPECT_EQ(record.rows[1].reward, 0.5);
}

// The budget is short by what 10 W take in half a nanosecond, so the crossing, rounded up to a
// whole nanosecond, falls on the completion, which comes first.
TEST(EpisodeBudget, CompletionBeforeCrossingThatIsRoundedUpToIt) {
  Toy toy;
  toy.limits = Budget(20 - 5e-9, 3);
  toy.limits.budget.brown_out_reward = -1;
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kEnergyExhausted);
  EXPECT_EQ(record.end_time, At(2s));
  ASSERT_EQ(record.rows.size(), 1U);
  EXPECT_TRUE(record.rows[0].completed);
  EXPECT_EQ(record.reward, 0.5);
}

TEST(EpisodeBudget, WaitingRequestsAreUnserved) {
  Toy toy;
  toy.workload = toys::ArrivalsAt({0s, 1s, 1s, 9s});
  toy.limits = Budget(15, 4);
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kEnergyExhausted);
  EXPECT_EQ(record.end_time, At(1500ms));
  EXPECT_EQ(record.rows.size(), 1U);
  EXPECT_EQ(record.requests_unserved, 2U);
}

TEST(EpisodeHorizon, CutsTheRunningRequestWithoutReward) {
  Toy toy;
  toy.limits.horizon = 5s;
  toy.limits.budget.brown_out_reward = -0.25;
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kHorizon);
  EXPECT_FALSE(record.Terminated());
  EXPECT_EQ(record.end_time, At(5s));
  EXPECT_EQ(record.energy, Joules(50));
  EXPECT_EQ(record.reward, 1);
  ASSERT_EQ(record.rows.size(), 3U);
  EXPECT_FALSE(record.rows[2].completed);
  EXPECT_EQ(record.rows[2].reward, 0);
  EXPECT_EQ(record.rows[2].energy, Joules(10));
  EXPECT_EQ(record.rows[2].ended, At(5s));
}

TEST(EpisodeHorizon, CompletionAtTheHorizonCounts) {
  Toy toy;
  toy.limits.horizon = 4s;
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kHorizon);
  EXPECT_EQ(record.end_time, At(4s));
  EXPECT_EQ(record.reward, 1);
  EXPECT_EQ(record.rows.size(), 2U);
}

TEST(EpisodeHorizon, LastCompletionAtTheHorizonEndsByRequests) {
  Toy toy;
  toy.limits.horizon = 6s;
  EXPECT_EQ(toy.Run().end_reason, EndReason::kRequestsDone);
}

// BudgetCrossing has the lower rank.
TEST(EpisodeHorizon, BudgetAtTheHorizonIsTheBudget) {
  Toy toy;
  toy.device = toys::Device(3);
  toy.limits = Budget(1, 3);
  toy.limits.horizon = 333'333'334ns;
  EXPECT_EQ(toy.Run().end_reason, EndReason::kEnergyExhausted);
}

TEST(EpisodeIdle, EnergyBetweenRequestsCounts) {
  Toy toy;
  toy.device = toys::Device(10, 3);
  toy.workload = toys::ArrivalsAt({1s, 5s, 6s});
  const EpisodeRecord record = toy.Run();  // busy 1-3, 5-9; idle 0-1, 3-5
  EXPECT_EQ(record.end_time, At(9s));
  EXPECT_EQ(record.energy, Joules(60 + 9));
  EXPECT_EQ(record.rows[2].dispatched, At(7s));
  EXPECT_EQ(record.rows[2].request.arrival, At(6s));
  for (const RequestRow& row : record.rows) EXPECT_EQ(row.energy, Joules(20));
}

TEST(EpisodeIdle, CountsUpToTheHorizon) {
  Toy toy;
  toy.device = toys::Device(10, 3);
  toy.workload = toys::ArrivalsAt({0s});
  toy.limits.horizon = 12s;
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kHorizon);
  EXPECT_EQ(record.end_time, At(12s));
  EXPECT_EQ(record.energy, Joules(20 + 30));
}

TEST(EpisodeIdle, AloneCanUseUpTheBudget) {
  Toy toy;
  toy.device = toys::Device(10, 3);
  toy.workload = toys::ArrivalsAt({0s, 100s});
  toy.limits = Budget(26, 3);
  toy.limits.budget.brown_out_reward = -1;
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kEnergyExhausted);
  EXPECT_EQ(record.end_time, At(4s));
  EXPECT_EQ(record.energy, Joules(26));
  EXPECT_EQ(record.budget_used, 1);
  EXPECT_EQ(record.reward, 0.5);  // nothing was running
  EXPECT_EQ(record.rows.size(), 1U);
}

TEST(EpisodeIdle, CanUseUpTheBudgetBeforeAnyRequest) {
  Toy toy;
  toy.device = toys::Device(10, 3);
  toy.workload = toys::ArrivalsAt({100s});
  toy.limits = Budget(1, 3);
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kEnergyExhausted);
  EXPECT_EQ(record.end_time, At(333'333'334ns));
  EXPECT_DOUBLE_EQ(record.energy.value(), 1);
  EXPECT_TRUE(record.rows.empty());
  EXPECT_TRUE(toy.policy.observed.empty());
}

// A crossing planned for the idle time is void once a request runs, and planned anew after it.
TEST(EpisodeIdle, CrossingIsPlannedAnewAfterEachRequest) {
  Toy toy;
  toy.device = toys::Device(1, 3);  // idling costs more than serving
  toy.workload = toys::ArrivalsAt({1s, 4s});
  toy.limits = Budget(14, 3);  // idle alone: until 4.67 s
  const EpisodeRecord record = toy.Run();
  // Idle 0-1 (3 J), busy 1-3 (2 J), idle 3-4 (3 J), busy 4-6 (2 J): 4 J left at 6 s.
  EXPECT_EQ(record.end_reason, EndReason::kEnergyExhausted);
  EXPECT_EQ(record.end_time, At(7'333'333'334ns));
  EXPECT_EQ(record.rows.size(), 2U);
}

// BudgetCrossing has the lower rank.
TEST(EpisodeIdle, CrossingBeforeAnArrivalAtTheSameNanosecond) {
  Toy toy;
  toy.device = toys::Device(10, 2);
  toy.workload = toys::ArrivalsAt({3s});
  toy.limits = Budget(6, 3);
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kEnergyExhausted);
  EXPECT_EQ(record.end_time, At(3s));
  EXPECT_EQ(record.energy, Joules(6));
  EXPECT_TRUE(record.rows.empty());
}

TEST(EpisodeOpen, FirstComeFirstServed) {
  Toy toy;
  toy.workload = toys::ArrivalsAt({0s, 500ms, 700ms});
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_time, At(6s));
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(record.rows[i].request.index, i);
    EXPECT_EQ(record.rows[i].dispatched, At(i * 2s));
  }
  ASSERT_EQ(toy.policy.observed.size(), 3U);
  EXPECT_EQ(toy.policy.observed[0].queue_length, 0U);
  EXPECT_EQ(toy.policy.observed[1].queue_length, 1U);
  EXPECT_EQ(toy.policy.observed[2].queue_length, 0U);
}

TEST(EpisodeOpen, UnservedAreThoseWaitingAtTheHorizon) {
  Toy toy;
  toy.workload = toys::ArrivalsAt({0s, 1s, 2s, 3s, 50s});
  toy.limits = Budget(kNoBudgetJ, 5);
  toy.limits.horizon = 5s;
  const EpisodeRecord record = toy.Run();  // 0 and 1 done, 2 running, 3 waiting, 4 not arrived
  EXPECT_EQ(record.rows.size(), 3U);
  EXPECT_EQ(record.requests_unserved, 1U);
}

// Completion, three arrivals: the decision after them sees all of them.
TEST(EpisodeOpen, AllEventsOfAnInstantComeBeforeTheDecision) {
  Toy toy;
  toy.workload = toys::ArrivalsAt({0s, 2s, 2s, 2s});
  toy.limits = Budget(kNoBudgetJ, 4);
  toy.Run();
  ASSERT_EQ(toy.policy.observed.size(), 4U);
  EXPECT_EQ(toy.policy.observed[0].queue_length, 0U);
  EXPECT_EQ(toy.policy.observed[1].now, At(2s));
  EXPECT_EQ(toy.policy.observed[1].queue_length, 2U);
}

TEST(EpisodeOpen, ArrivalAtTheHorizonIsUnserved) {
  Toy toy;
  toy.workload = toys::ArrivalsAt({0s, 3s});
  toy.limits.horizon = 3s;
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kHorizon);
  EXPECT_EQ(record.rows.size(), 1U);
  EXPECT_EQ(record.requests_unserved, 1U);
  EXPECT_EQ(toy.policy.observed.size(), 1U);
}

}  // namespace
}  // namespace edgesim
