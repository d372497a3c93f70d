// Tests of sim/episode.h on toy worlds: order of events, limits, idle energy, transitions,
// learning.
#include "sim/episode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "tests/support/fnv.h"
#include "tests/support/toys.h"

namespace edgesim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using toys::At;
using toys::Flat;

constexpr double kNoBudgetJ = 1e12;

Limits Budget(double limit_j, std::optional<std::uint32_t> requests = std::nullopt) {
  return {.budget = {.limit = Joules(limit_j)}, .cap = {}, .requests = requests, .horizon = {}};
}

// A world and the policy that always takes action 0; owns its parts.
struct Toy {
  toys::Device device{10};  // 10 W, as many seconds as output tokens
  toys::Workload workload = toys::BackToBack();
  toys::Answers answers{2, 5};  // 2 s at 10 W for half of the full score
  Limits limits = Budget(kNoBudgetJ, 3);
  bool class_observed = true;
  toys::Policy policy;

  World Build() const {
    return {.device = &device,
            .workload = &workload,
            .answers = &answers,
            .limits = limits,
            .class_observed = class_observed};
  }
  EpisodeRecord Run(const Noise& noise = {}) { return RunEpisode(Build(), policy, "toy", noise); }
};

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

PowerCap Cap(double limit_w, Duration window, CapMode mode) {
  return {.limit = Watts(limit_w), .window = window, .mode = mode};
}

Toy WithPeakAtOneSecond() {
  Toy toy;
  toy.device = toys::Device([](const Request&, ActionId, const Answer&, const Noise&) {
    return std::vector{Flat(10, 1s), Flat(60, 1s)};
  });
  return toy;
}

TEST(EpisodeCap, ObservingMarksTheRows) {
  Toy toy = WithPeakAtOneSecond();
  toy.limits.cap = Cap(50, 20ms, CapMode::kObserve);
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kRequestsDone);
  EXPECT_EQ(record.energy, Joules(210));
  for (const RequestRow& row : record.rows) {
    EXPECT_TRUE(row.cap_exceeded);
    EXPECT_TRUE(row.completed);
  }
}

TEST(EpisodeCap, TerminatingEndsTheEpisodeAtThatInstant) {
  Toy toy = WithPeakAtOneSecond();
  toy.limits.cap = Cap(50, 20ms, CapMode::kTerminate);
  toy.limits.budget.brown_out_reward = -1;  // is for the budget alone
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kCapExceeded);
  EXPECT_TRUE(record.Terminated());
  EXPECT_EQ(record.end_time, At(1s));
  EXPECT_EQ(record.energy, Joules(10));
  EXPECT_EQ(record.reward, 0);
  ASSERT_EQ(record.rows.size(), 1U);
  EXPECT_TRUE(record.rows[0].cap_exceeded);
  EXPECT_FALSE(record.rows[0].completed);
}

// The window reaches over idle time into the request before.
TEST(EpisodeCap, WindowForgetsDuringIdleTime) {
  const auto exceeded = [](Duration gap) {
    Toy toy;
    toy.device = toys::Device(60, 5);
    toy.answers = toys::Answers(1, 5);
    toy.workload = toys::ArrivalsAt({0s, 1s + gap});
    toy.limits = Budget(kNoBudgetJ, 2);
    toy.limits.cap = Cap(40, 2s, CapMode::kObserve);
    return toy.Run().rows[1].cap_exceeded;
  };
  EXPECT_TRUE(exceeded(100ms));
  EXPECT_FALSE(exceeded(1900ms));
}

// Idle power over the cap: the exceedance ends the episode, and no idle energy is lost before it.
TEST(EpisodeCap, ExceededWhileIdleTerminates) {
  Toy toy;
  toy.device = toys::Device([](const Request&, ActionId, const Answer&,
                               const Noise&) { return std::vector{Flat(1, 1s)}; },
                            60);
  toy.workload = toys::ArrivalsAt({0s, 10s});
  toy.limits = Budget(kNoBudgetJ, 2);
  toy.limits.cap = Cap(50, 20ms, CapMode::kTerminate);
  const EpisodeRecord record = toy.Run();
  EXPECT_EQ(record.end_reason, EndReason::kCapExceeded);
  EXPECT_EQ(record.end_time, At(1s));
  EXPECT_EQ(record.energy, Joules(1));
}

TEST(EpisodeObservation, SaysWhatAPolicyMaySee) {
  Toy toy;
  toy.limits = Budget(100, 3);
  toy.Run();
  ASSERT_EQ(toy.policy.observed.size(), 3U);
  for (std::uint32_t i = 0; i < 3; ++i) {
    const Observation& seen = toy.policy.observed[i];
    EXPECT_EQ(seen.now, At(i * 2s));
    EXPECT_EQ(seen.energy_left, Joules(100 - 20.0 * i));
    EXPECT_EQ(seen.energy_budget, Joules(100));
    EXPECT_EQ(seen.requests_left, 3 - i);
    EXPECT_EQ(seen.request_index, i);
    EXPECT_EQ(seen.class_id, i + 1);
    EXPECT_EQ(seen.prompt_tokens, i + 100);
    EXPECT_EQ(seen.queue_length, 0U);
  }
}

TEST(EpisodeObservation, RequestsLeftIsUnknownWithoutACount) {
  Toy toy;
  toy.limits = Budget(30);
  toy.Run();
  ASSERT_FALSE(toy.policy.observed.empty());
  EXPECT_EQ(toy.policy.observed[0].requests_left, std::nullopt);
}

TEST(EpisodeObservation, ClassCanBeHidden) {
  Toy toy;
  toy.class_observed = false;
  const EpisodeRecord record = toy.Run();
  for (const Observation& seen : toy.policy.observed) EXPECT_EQ(seen.class_id, 0U);
  EXPECT_EQ(record.rows[1].request.class_id, 2U);
}

TEST(EpisodeTransitions, CompleteWithTheNextDecisionOrTheEnd) {
  Toy toy;
  toy.limits = Budget(35, 3);
  toy.limits.budget.brown_out_reward = -0.25;
  const World world = toy.Build();
  Episode episode(world, {});
  EXPECT_FALSE(episode.TakeTransition().has_value());

  const auto first = episode.AdvanceToDecision();
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(episode.TakeTransition().has_value());
  episode.Decide(0);
  EXPECT_FALSE(episode.TakeTransition().has_value());

  const auto second = episode.AdvanceToDecision();
  ASSERT_TRUE(second.has_value());
  const auto done = episode.TakeTransition();
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->before.request_index, 0U);
  EXPECT_EQ(done->before.now, first->now);
  EXPECT_EQ(done->reward, 0.5);
  ASSERT_TRUE(done->after.has_value());
  EXPECT_EQ(done->after->request_index, 1U);
  EXPECT_EQ(done->after->energy_left, Joules(15));
  EXPECT_FALSE(episode.TakeTransition().has_value());

  episode.Decide(0);
  EXPECT_FALSE(episode.AdvanceToDecision().has_value());
  const auto last = episode.TakeTransition();
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->before.request_index, 1U);
  EXPECT_EQ(last->reward, -0.25);
  EXPECT_FALSE(last->after.has_value());
  EXPECT_FALSE(episode.AdvanceToDecision().has_value());
}

TEST(EpisodeTransitions, AfterIsNullWhenRequestsOrTimeRunOut) {
  for (const std::optional<Duration> horizon :
       {std::optional<Duration>(), std::optional<Duration>(5s)}) {
    Toy toy;
    toy.limits.horizon = horizon;
    toy.Run();
    ASSERT_EQ(toy.policy.learned.size(), 3U);
    EXPECT_TRUE(toy.policy.learned[1].after.has_value());
    EXPECT_FALSE(toy.policy.learned[2].after.has_value());
  }
}

// The outcome is complete at the next decision, which with open arrivals is later than the
// completion.
TEST(EpisodeTransitions, AfterIsTheNextDecisionAlsoAfterIdleTime) {
  Toy toy;
  toy.device = toys::Device(10, 1);
  toy.workload = toys::ArrivalsAt({0s, 10s});
  toy.limits = Budget(100, 2);
  toy.Run();
  ASSERT_EQ(toy.policy.learned.size(), 2U);
  ASSERT_TRUE(toy.policy.learned[0].after.has_value());
  EXPECT_EQ(toy.policy.learned[0].after->now, At(10s));
  EXPECT_EQ(toy.policy.learned[0].after->energy_left, Joules(100 - 20 - 8));
}

TEST(EpisodeTransitions, AfterIsNullWhenIdleTimeUsesTheBudgetUp) {
  Toy toy;
  toy.device = toys::Device(10, 1);
  toy.workload = toys::ArrivalsAt({0s, 10s});
  toy.limits = Budget(25, 2);
  toy.Run();
  ASSERT_EQ(toy.policy.learned.size(), 1U);
  EXPECT_EQ(toy.policy.learned[0].reward, 0.5);
  EXPECT_FALSE(toy.policy.learned[0].after.has_value());
}

TEST(RunEpisode, LearnsInTrainingOnly) {
  for (const Phase phase : {Phase::kTrain, Phase::kEval, Phase::kModel, Phase::kBootstrap}) {
    Toy toy;
    toy.Run({.episode = 7, .phase = phase});
    EXPECT_THAT(toy.policy.begun, ElementsAre(std::pair(7U, phase)));
    ASSERT_EQ(toy.policy.learned.size(), phase == Phase::kTrain ? 3U : 0U);
    for (std::uint32_t i = 0; i < toy.policy.learned.size(); ++i) {
      EXPECT_EQ(toy.policy.learned[i].before.request_index, i);
    }
  }
}

TEST(RunEpisode, GivesDecisionNoiseOfThePolicyAndRequest) {
  Toy toy;
  const Noise world{.seed = 42, .replica = 1, .episode = 2, .phase = Phase::kEval};
  toy.Run(world);
  ASSERT_EQ(toy.policy.noises.size(), 3U);
  for (std::uint32_t i = 0; i < 3; ++i) {
    const Noise expected = DecisionNoise(world, "toy").Of(i);
    EXPECT_EQ(toy.policy.noises[i].Words(Stream::kExplore)(), expected.Words(Stream::kExplore)());
    EXPECT_NE(toy.policy.noises[i].Words(Stream::kExplore)(),
              world.Of(i).Words(Stream::kExplore)());
  }
}

// Poisson arrivals, random tokens, scores, powers and actions; idle power; budget crossings.
struct NoisyToy : Toy {
  NoisyToy() {
    device = toys::Device(
        [](const Request&, ActionId action, const Answer& answer, const Noise& world) {
          std::vector<PowerSegment> segments;
          WordStream words = world.Words(StreamOfRail(0, RailStream::kEmission));
          for (std::uint32_t i = 0; i < answer.output_tokens; ++i) {
            segments.push_back(Flat(std::max(0.0, 10 + 5 * action + StandardNormal(words)), 20ms));
          }
          return segments;
        },
        2);
    workload = toys::Workload(false, [](std::uint32_t index, SimTime previous, const Noise& world) {
      WordStream words = world.Words(Stream::kArrival);
      return Request{.index = index,
                     .arrival = previous + FromSeconds(2 * StandardExponential(words))};
    });
    answers = toys::Answers([](const Request&, ActionId action, const Noise& world) {
      WordStream words = world.Words(Stream::kAnswer);
      const std::uint32_t tokens = 20 + UniformIndex(words, 100);
      return Answer{.output_tokens = tokens,
                    .score = std::min(10.0, action + 8 * Uniform01(words))};
    });
    limits = Budget(400, 20);
    policy = toys::Policy([](const Observation&, const Noise& noise) {
      WordStream words = noise.Words(Stream::kExplore);
      return UniformIndex(words, 3);
    });
  }
};

std::uint64_t HashOf(const EpisodeRecord& record) {
  Fnv1a64 hash;
  const auto add_time = [&](SimTime t) {
    hash.Add(static_cast<std::uint64_t>(t.time_since_epoch().count()));
  };
  hash.Add(static_cast<std::uint64_t>(record.end_reason));
  add_time(record.end_time);
  for (const double value : {record.reward, record.energy.value(), record.budget_used})
    hash.Add(value);
  hash.Add(std::uint64_t{record.requests_unserved});
  hash.Add(record.power_draws_clamped);
  for (const RequestRow& row : record.rows) {
    for (const SimTime t : {row.request.arrival, row.dispatched, row.ended}) add_time(t);
    for (const double value : {row.energy.value(), row.peak.value(), row.reward}) hash.Add(value);
    for (const std::uint32_t n : {row.request.index, row.action, std::uint32_t{row.completed}}) {
      hash.Add(std::uint64_t{n});
    }
  }
  return hash.Value();
}

TEST(EpisodeKeys, SameKeySameRecord) {
  const Noise noise{.seed = 42, .replica = 3, .episode = 4, .phase = Phase::kEval};
  EXPECT_EQ(HashOf(NoisyToy().Run(noise)), HashOf(NoisyToy().Run(noise)));
}

TEST(EpisodeKeys, EveryPartOfTheKeyGivesAnotherRecord) {
  const Noise noise{.seed = 42, .replica = 3, .episode = 4, .phase = Phase::kEval};
  const std::uint64_t hash = HashOf(NoisyToy().Run(noise));
  for (int part = 0; part < 4; ++part) {
    Noise other = noise;
    if (part == 0) other.seed = 43;
    if (part == 1) other.replica = 4;
    if (part == 2) other.episode = 5;
    if (part == 3) other.phase = Phase::kTrain;
    EXPECT_NE(HashOf(NoisyToy().Run(other)), hash) << "part " << part;
  }
}

// Episodes do not share state: another one in between changes nothing.
TEST(EpisodeKeys, OrderOfEpisodesDoesNotMatter) {
  NoisyToy toy;
  const std::uint64_t first = HashOf(toy.Run({.episode = 1})),
                      second = HashOf(toy.Run({.episode = 2}));
  EXPECT_EQ(HashOf(toy.Run({.episode = 2})), second);
  EXPECT_EQ(HashOf(toy.Run({.episode = 1})), first);
}

TEST(EpisodeKeys, AllPoliciesMeetTheSameArrivals) {
  NoisyToy random, fixed;
  fixed.policy = toys::Policy();
  const EpisodeRecord a = random.Run({.seed = 42}), b = fixed.Run({.seed = 42});
  for (std::size_t i = 0; i < std::min(a.rows.size(), b.rows.size()); ++i) {
    EXPECT_EQ(a.rows[i].request.arrival, b.rows[i].request.arrival);
  }
}

TEST(PropertyEpisode, RecordsAddUp) {
  int exhausted = 0;
  for (std::uint32_t e = 0; e < 300; ++e) {
    NoisyToy toy;
    const EpisodeRecord record = toy.Run({.seed = 5, .episode = e});
    double reward = 0, energy_j = 0;
    Duration idle = record.end_time - SimTime{};
    SimTime last{};
    for (const RequestRow& row : record.rows) {
      reward += row.reward;
      energy_j += row.energy.value();
      idle -= row.ended - row.dispatched;
      EXPECT_GE(row.dispatched, row.request.arrival);
      EXPECT_GE(row.dispatched, last);
      last = row.ended;
    }
    EXPECT_LE(last, record.end_time);
    EXPECT_NEAR(record.reward, reward, 1e-12);
    // 2 W of idle power; a crossing is on the next whole nanosecond: at most 2 nJ each.
    EXPECT_NEAR(record.energy.value(), energy_j + 2 * InSeconds(idle), 1e-8);
    EXPECT_LE(record.energy.value(), 400 + 1e-9);
    exhausted += record.Terminated();
    if (record.Terminated()) {
      EXPECT_DOUBLE_EQ(record.energy.value(), 400);
    }
  }
  EXPECT_GT(exhausted, 30);
  EXPECT_LT(exhausted, 300);
}

// Bits of one whole record; same conditions as the golden hashes of the noise (rng_test.cc).
TEST(GoldenEpisode, RecordOfANoisyToy) {
  const EpisodeRecord record =
      NoisyToy().Run({.seed = 42, .replica = 1, .episode = 2, .phase = Phase::kEval});
  EXPECT_EQ(HashOf(record), 0x30d9e892e41a750U);
}

}  // namespace
}  // namespace edgesim
