// Requests turned away or put off, budgets that stop nothing, and what a learner is told.
#include <gtest/gtest.h>

#include "sim/episode.h"
#include "tests/support/toy_world.h"

namespace edgesim {
namespace {

using namespace std::chrono_literals;
using toys::At;
using toys::Budget;
using toys::kNoBudgetJ;
using toys::Toy;

// Plays the given actions in turn, then action 0, and keeps what it was told.
class Script final : public Policy {
 public:
  explicit Script(std::vector<ActionId> actions) : actions_(std::move(actions)) {}
  ActionId Act(const Observation& seen, const Noise& noise) override {
    observed.push_back(seen);
    keys.push_back(noise.entity);
    return next_ < actions_.size() ? actions_[next_++] : 0;
  }
  void Learn(const Transition& t) override { learned.push_back(t); }
  std::vector<Observation> observed;
  std::vector<std::uint32_t> keys;
  std::vector<Transition> learned;

 private:
  std::vector<ActionId> actions_;
  std::size_t next_ = 0;
};

TEST(EpisodeReject, TakesNoTimeAndNoEnergyAndIsCounted) {
  Toy toy;
  Script script({0, kReject, 0});
  const World world = toy.Build();
  const EpisodeRecord record = RunEpisode(world, script, "script", {});
  ASSERT_EQ(record.rows.size(), 3U);
  EXPECT_TRUE(record.rows[1].rejected);
  EXPECT_FALSE(record.rows[1].completed);
  EXPECT_EQ(record.rows[1].energy, Joules(0));
  EXPECT_EQ(record.rows[2].dispatched, record.rows[0].ended);
  EXPECT_EQ(record.reward, 2 * 0.5);
  EXPECT_EQ(record.end_reason, EndReason::kRequestsDone);
  ASSERT_EQ(script.learned.size(), 3U);
  EXPECT_EQ(script.learned[1].reward, 0);
  EXPECT_FALSE(script.learned[1].completed);
  EXPECT_TRUE(script.learned[1].after.has_value());
}

TEST(EpisodeReject, TheLastRequestRejectedEndsTheEpisode) {
  Toy toy;
  Script script({0, 0, kReject});
  const EpisodeRecord record = RunEpisode(toy.Build(), script, "script", {});
  EXPECT_EQ(record.end_reason, EndReason::kRequestsDone);
  EXPECT_EQ(record.rows.size(), 3U);
  ASSERT_EQ(script.learned.size(), 3U);
  EXPECT_FALSE(script.learned[2].after.has_value());
}

TEST(EpisodeReject, ATablePositionMeansItToo) {
  Toy toy;
  World world = toy.Build();
  world.reject = 7;
  Script script({7});
  const EpisodeRecord record = RunEpisode(world, script, "script", {});
  EXPECT_TRUE(record.rows[0].rejected);
  EXPECT_EQ(record.rows[0].action, 7U);
}

TEST(EpisodeDefer, GoesBehindWhatWaitsAndIsOfferedAgain) {
  Toy toy;
  toy.workload = toys::ArrivalsAt({0s, 1s, 1s});
  Script script({0, kDefer});  // 0 runs until 2 s; then 1 and 2 wait and 1 is deferred
  const EpisodeRecord record = RunEpisode(toy.Build(), script, "script", {});
  ASSERT_EQ(record.rows.size(), 3U);
  EXPECT_EQ(record.rows[1].request.index, 2U);
  EXPECT_EQ(record.rows[2].request.index, 1U);
  EXPECT_EQ(record.rows[2].dispatched, At(4s));
  EXPECT_EQ(record.deferrals, 1U);
  ASSERT_EQ(script.observed.size(), 4U);
  EXPECT_EQ(script.observed[3].deferrals, 1U);
  EXPECT_NE(script.keys[1], script.keys[3]);  // decided anew, with other noise
}

// Alone in the queue: it waits for the next arrival, however long that takes.
TEST(EpisodeDefer, WaitsForTheNextArrival) {
  Toy toy;
  toy.workload = toys::ArrivalsAt({0s, 10s, 11s});
  Script script({kDefer, 0, 0});
  const EpisodeRecord record = RunEpisode(toy.Build(), script, "script", {});
  ASSERT_EQ(record.rows.size(), 3U);
  EXPECT_EQ(record.rows[0].request.index, 1U);
  EXPECT_EQ(record.rows[1].request.index, 0U);
  EXPECT_EQ(record.rows[1].dispatched, At(12s));
}

TEST(EpisodeDefer, WithNothingLeftToWaitForItIsTurnedAway) {
  Toy toy;
  toy.workload = toys::ArrivalsAt({0s, 1s, 2s});
  Script script({0, 0, kDefer});
  const EpisodeRecord record = RunEpisode(toy.Build(), script, "script", {});
  ASSERT_EQ(record.rows.size(), 3U);
  EXPECT_TRUE(record.rows[2].rejected);
  EXPECT_EQ(record.rows[2].request.index, 2U);
  EXPECT_EQ(record.end_reason, EndReason::kRequestsDone);
  EXPECT_EQ(script.learned.size(), 3U);
}

TEST(EpisodeBudget, OneThatEndsNothingIsOvershot) {
  Toy toy;  // 3 requests of 20 J
  toy.limits = Budget(30, 3);
  toy.limits.budget.ends_episode = false;
  Script script({});
  const EpisodeRecord record = RunEpisode(toy.Build(), script, "script", {});
  EXPECT_EQ(record.end_reason, EndReason::kRequestsDone);
  EXPECT_EQ(record.energy, Joules(60));
  EXPECT_DOUBLE_EQ(record.budget_used, 2);
  EXPECT_EQ(script.observed[2].energy_left, Joules(-10));
}

TEST(EpisodeTransition, SaysWhatWasSpentAndWhatCutIt) {
  Toy toy;  // 2 s at 10 W
  toy.limits = Budget(35, 3);
  toy.limits.latency = 2s;
  Script script({});
  RunEpisode(toy.Build(), script, "script", {});
  ASSERT_EQ(script.learned.size(), 2U);
  EXPECT_EQ(script.learned[0].energy, Joules(20));
  EXPECT_TRUE(script.learned[0].completed);
  EXPECT_FALSE(script.learned[0].late);  // exactly the limit
  EXPECT_EQ(script.learned[1].energy, Joules(15));
  EXPECT_TRUE(script.learned[1].browned_out);
  EXPECT_FALSE(script.learned[1].completed);
}

// What is late waited or ran too long.
TEST(EpisodeTransition, LatenessCountsFromTheArrival) {
  Toy toy;
  toy.workload = toys::ArrivalsAt({0s, 1s, 10s});
  toy.limits.latency = 2s;
  Script script({});
  const EpisodeRecord record = RunEpisode(toy.Build(), script, "script", {});
  EXPECT_FALSE(record.rows[0].late);
  EXPECT_TRUE(record.rows[1].late);
  EXPECT_TRUE(script.learned[1].late);
  EXPECT_FALSE(record.rows[2].late);
}

TEST(EpisodeTransition, ExceedingTheCapMayCost) {
  Toy toy;
  toy.limits.cap = PowerCap{.limit = Watts(5), .window = 20ms};
  World world = toy.Build();
  world.exceedance_reward = -0.2;
  Script script({});
  const EpisodeRecord record = RunEpisode(world, script, "script", {});
  EXPECT_DOUBLE_EQ(record.rows[0].reward, 0.5 - 0.2);
  EXPECT_TRUE(script.learned[0].cap_exceeded);
  EXPECT_DOUBLE_EQ(script.learned[0].reward, 0.5 - 0.2);
}

}  // namespace
}  // namespace edgesim
