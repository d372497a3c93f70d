#include "experiments/paired.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgesim {
namespace {

TEST(Paired, RewardsAreMeansOverTheEpisodesOfAReplica) {
  PolicyRun run;
  run.replicas.resize(2);
  run.replicas[0].eval = {{.reward = 1}, {.reward = 4}};
  run.replicas[1].eval = {{.reward = 7}};
  EXPECT_THAT(RewardPerReplica(run), testing::ElementsAre(2.5, 7));
}

TEST(Paired, DifferencesAreTakenReplicaByReplica) {
  // Replicas differ by hundreds, the two policies by exactly 1: unpaired nothing would be seen.
  std::vector<double> a, b;
  for (int r = 0; r < 12; ++r) {
    a.push_back(100 * r + 1 + (r % 2 == 0 ? 0.25 : -0.25));
    b.push_back(100 * r);
  }
  const Estimate difference = PairedDifference(a, b);
  EXPECT_DOUBLE_EQ(difference.mean, 1);
  ASSERT_TRUE(difference.ci95);
  EXPECT_GT(difference.ci95->low, 0.8);
  EXPECT_LT(difference.ci95->high, 1.2);
  EXPECT_DOUBLE_EQ(PairedDifference(b, a).mean, -1);
}

}  // namespace
}  // namespace edgesim
