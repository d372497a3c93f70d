// Tests for experiments/replica_run.cc.
#include "experiments/replica_run.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

TEST(ReplicaRun, KeepsWhatWasTrainedWhereAsked) {
  const auto built = BuildSmall({"policies=[q-learning, pacing]"});
  const auto lineup = MakeLineup(*built);
  const Replica kept = RunReplica(*built, *lineup->Find("q-learning"), 1, {.keep_trained = true});
  ASSERT_TRUE(kept.trained);
  EXPECT_EQ(kept.trained->episodes, 20U);
  EXPECT_EQ(kept.curve.size(), 20U);
  EXPECT_EQ(kept.eval.size(), 10U);
  EXPECT_FALSE(RunReplica(*built, *lineup->Find("q-learning"), 1, {}).trained);
  EXPECT_FALSE(RunReplica(*built, *lineup->Find("pacing"), 1, {.keep_trained = true}).trained);
}

TEST(ReplicaRun, ResumesWithTheNextEpisodesNoise) {
  const auto built = BuildSmall({"policies=[q-learning]"});
  const auto longer = BuildSmall({"policies=[q-learning]", "episodes.train=40"});
  const auto lineup = MakeLineup(*built), longer_lineup = MakeLineup(*longer);
  const Replica first = RunReplica(*built, *lineup->Find("q-learning"), 0, {.keep_trained = true});
  const TrainedStates states = {{{"q-learning", 0}, *first.trained}};
  const Replica rest = RunReplica(*built, *lineup->Find("q-learning"), 0, {.resume = &states});
  const Replica whole = RunReplica(*longer, *longer_lineup->Find("q-learning"), 0, {});
  ASSERT_EQ(rest.curve.size(), 20U);
  for (std::size_t e = 0; e < 20; ++e) {
    EXPECT_EQ(first.curve[e].reward, whole.curve[e].reward);
    EXPECT_EQ(rest.curve[e].reward, whole.curve[20 + e].reward);
  }
  EXPECT_EQ(rest.eval[3].reward, whole.eval[3].reward);
}

TEST(ReplicaRun, RowCountsWhatBecameOfRequests) {
  ExperimentConfig config;
  config.success_score = 5;
  EpisodeRecord record;
  record.end_reason = EndReason::kEnergyExhausted;
  record.rows.resize(4);
  record.rows[0].completed = record.rows[1].completed = true;
  record.rows[0].score = 5;
  record.rows[0].energy = Joules(3);
  record.rows[0].ended = SimTime{} + FromSeconds(2);
  record.rows[1].late = record.rows[1].cap_exceeded = true;
  record.rows[2].rejected = true;
  const EvalRow row = RowOf(record, config);
  EXPECT_EQ(row.served, 2U);
  EXPECT_EQ(row.cut, 1U);
  EXPECT_EQ(row.rejected, 1U);
  EXPECT_EQ(row.succeeded, 1U);
  EXPECT_EQ(row.late, 1U);
  EXPECT_EQ(row.exceeded, 1U);
  EXPECT_TRUE(row.any_exceeded);
  EXPECT_TRUE(row.browned_out);
  EXPECT_EQ(row.completed_energy_j, 3);
  EXPECT_EQ(row.completed_latency_s, 2);
}

TEST(ReplicaRun, EndsWhereItsCheckpointThrows) {
  const auto built = BuildSmall({"policies=[q-learning]"});
  struct Enough {};
  for (const int last : {5, 25}) {  // in training, in evaluation
    std::atomic<int> calls = 0;
    const RunOptions options{.checkpoint = [&] {
      if (++calls == last) throw Enough{};
    }};
    const auto lineup = MakeLineup(*built);
    EXPECT_THROW(RunReplica(*built, *lineup->Find("q-learning"), 0, options), Enough);
    EXPECT_EQ(calls, last);
  }
}

}  // namespace
}  // namespace edgesim
