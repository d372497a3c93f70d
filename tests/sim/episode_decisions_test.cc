// Tests of sim/episode.h on toy worlds: power cap, observations, transitions, learning.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "sim/episode.h"
#include "tests/support/toy_world.h"

namespace edgesim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using toys::At;
using toys::Budget;
using toys::Flat;
using toys::kNoBudgetJ;
using toys::Toy;

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

}  // namespace
}  // namespace edgesim
