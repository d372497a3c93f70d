// Tests for experiments/certificate.cc: verdicts and episodes needed, by hand.
#include "experiments/certificate.h"

#include <gtest/gtest.h>

namespace edgesim {
namespace {

// `replicas` x `episodes` of `row`.
PolicyRun RunOf(std::size_t replicas, std::size_t episodes, const EvalRow& row,
                bool learns = false) {
  PolicyRun run{.name = "x", .learns = learns, .constant = {}, .replicas = {}};
  run.replicas.resize(replicas);
  for (Replica& replica : run.replicas) replica.eval.assign(episodes, row);
  return run;
}

Certificate Only(const PolicyRun& run, CostKind kind, double limit) {
  const auto all = Certify(run, {{.kind = kind, .limit = limit}}, 20);
  EXPECT_EQ(all.size(), 1U);
  return all.at(0);
}

TEST(Certificate, CostsOfAnEpisode) {
  const EvalRow row{.budget_used = 0.7, .exceeded = 3, .late = 5, .browned_out = true};
  EXPECT_EQ(EpisodeCost(CostKind::kEnergy, row, 20), 0.7);
  EXPECT_EQ(EpisodeCost(CostKind::kBrownOut, row, 20), 1);
  EXPECT_EQ(EpisodeCost(CostKind::kBrownOut, {}, 20), 0);
  EXPECT_EQ(EpisodeCost(CostKind::kCapExceedance, row, 20), 0.15);
  EXPECT_EQ(EpisodeCost(CostKind::kLateness, row, 20), 0.25);
}

// None in 300: [0, 0.0122]; none in 400: [0, 0.0092]. Either way 299 episodes would be enough for a
// one-sided bound.
TEST(Certificate, NoBrownOutSaysNothingYetOf300EpisodesAndOnePercent) {
  const Certificate some = Only(RunOf(10, 30, {}), CostKind::kBrownOut, 0.01);
  EXPECT_EQ(some.cost.mean, 0);
  EXPECT_EQ(some.cost.ci95->low, 0);
  EXPECT_NEAR(some.cost.ci95->high, 0.01222, 1e-5);
  EXPECT_EQ(some.verdict, ConstraintVerdict::kOpen);
  EXPECT_EQ(some.episodes_needed, 299U);

  const Certificate more = Only(RunOf(40, 10, {}), CostKind::kBrownOut, 0.01);
  EXPECT_NEAR(more.cost.ci95->high, 0.00918, 1e-5);
  EXPECT_EQ(more.verdict, ConstraintVerdict::kMet);
  EXPECT_EQ(more.episodes_needed, 299U);
}

TEST(Certificate, BrownOutsAreCountedOverAllEpisodes) {
  PolicyRun run = RunOf(10, 30, {});
  for (std::size_t r = 0; r < 9; ++r) run.replicas[r].eval[0].browned_out = true;  // 3 %
  const Certificate broken = Only(run, CostKind::kBrownOut, 0.01);
  EXPECT_NEAR(broken.cost.mean, 0.03, 1e-15);
  EXPECT_EQ(broken.cost.ci95->low, ClopperPearsonInterval(9, 300).low);
  EXPECT_EQ(broken.verdict, ConstraintVerdict::kBroken);
  EXPECT_FALSE(broken.episodes_needed);
  EXPECT_EQ(Only(run, CostKind::kBrownOut, 0.05).verdict, ConstraintVerdict::kOpen);
  // A learner is another policy in each replica: the interval is over replicas.
  run.learns = true;
  const Certificate learner = Only(run, CostKind::kBrownOut, 0.05);
  std::vector<double> means(10, 1.0 / 30);
  means.back() = 0;
  EXPECT_EQ(learner.cost.ci95->high, MeanInterval(means).high);
  EXPECT_EQ(learner.verdict, ConstraintVerdict::kMet);
}

TEST(Certificate, AMeanCostHasTheIntervalOverReplicas) {
  const PolicyRun half = RunOf(10, 5, {.budget_used = 0.5});
  EXPECT_EQ(Only(half, CostKind::kEnergy, 0.5).verdict, ConstraintVerdict::kMet);
  EXPECT_EQ(Only(half, CostKind::kEnergy, 0.5).episodes_needed, 1U);
  EXPECT_EQ(Only(half, CostKind::kEnergy, 0.49).verdict, ConstraintVerdict::kBroken);
  EXPECT_FALSE(Only(half, CostKind::kEnergy, 0.49).episodes_needed);
  EXPECT_EQ(Only(RunOf(9, 5, {.budget_used = 0.5}), CostKind::kEnergy, 0.9).verdict,
            ConstraintVerdict::kOpen);  // too few replicas for an interval
}

// 0.4 and 0.5 in turns: variance 0.0025 * 100 / 99; (1.64485 / 0.01)^2 of it is 68.3.
TEST(Certificate, EpisodesNeededByTheNormalLaw) {
  PolicyRun run = RunOf(10, 10, {.budget_used = 0.4});
  for (Replica& replica : run.replicas) {
    for (std::size_t e = 0; e < 10; e += 2) replica.eval[e].budget_used = 0.5;
  }
  EXPECT_EQ(Only(run, CostKind::kEnergy, 0.46).episodes_needed, 69U);
  EXPECT_EQ(Only(run, CostKind::kEnergy, 0.47).episodes_needed, 18U);  // a quarter: 17.1
}

TEST(Certificate, SharesOfRequestsAreCertifiedToo) {
  const PolicyRun run = RunOf(10, 4, {.exceeded = 2, .late = 1});
  const auto all = Certify(run,
                           {{.kind = CostKind::kCapExceedance, .limit = 0.05},
                            {.kind = CostKind::kLateness, .limit = 0.05}},
                           20);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].verdict, ConstraintVerdict::kBroken);
  EXPECT_EQ(all[1].verdict, ConstraintVerdict::kMet);
  EXPECT_TRUE(Certify(run, {}, 20).empty());
}

}  // namespace
}  // namespace edgesim
