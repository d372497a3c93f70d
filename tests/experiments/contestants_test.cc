#include "experiments/contestants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

TEST(Contestants, AreThePoliciesTheConstantActionsAndTheYardsticks) {
  const auto built = BuildSmall({"policies=[random, q-learning]"});
  RunResult result;
  int models = 0;
  const Plans plans = MakePlans(*built, result, [&](const DecisionModel& model) {
    ++models;
    EXPECT_EQ(model.actions(), 6U);
  });
  EXPECT_EQ(models, 1);
  EXPECT_EQ(plans.model, &result.model);
  EXPECT_EQ(result.optimum.computed, plans.optimum->Value());
  EXPECT_EQ(result.optimum.upper_bound, 0) << "bounds are the runner's";
  const std::vector<Contestant> all = Contestants(*built, plans, result);
  EXPECT_EQ(result.optimum.policy, "exact-dp");
  EXPECT_EQ(result.router, "static-router");
  std::vector<std::string> names;
  for (const Contestant& c : all) names.push_back(c.name);
  EXPECT_EQ(names.size(), 10U);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_THAT(names, testing::IsSupersetOf({"always-qwen3-4b-q8_0", "exact-dp", "q-learning",
                                            "random", "static-router"}));
}

TEST(Contestants, TrainThenEvaluateIsWhatTheRunnerDoes) {
  const auto built = BuildSmall({"policies=[q-learning]"});
  const RunResult run = RunExperiment(*built, {.threads = 2});
  RunResult result;
  const Plans plans = MakePlans(*built, result, {});
  for (const Contestant& contestant : Contestants(*built, plans, result)) {
    PolicyRun alone = RunOf(contestant);
    const auto at = std::find_if(run.policies.begin(), run.policies.end(),
                                 [&](const PolicyRun& p) { return p.name == alone.name; });
    ASSERT_NE(at, run.policies.end());
    EXPECT_EQ(alone.learns, at->learns);
    EXPECT_EQ(alone.constant, at->constant);
    Replica& replica = alone.replicas.emplace_back();
    const auto policy = Train(*built, contestant, 1, replica);
    EXPECT_EQ(replica.curve.size(), contestant.learns ? 20U : 0U);
    EXPECT_TRUE(replica.eval.empty());
    Evaluate(*built, contestant, *policy, 1, replica);
    ASSERT_EQ(replica.eval.size(), 10U);
    for (std::size_t e = 0; e < replica.eval.size(); ++e) {
      EXPECT_EQ(replica.eval[e].reward, at->replicas[1].eval[e].reward) << alone.name;
      EXPECT_EQ(replica.eval[e].energy_j, at->replicas[1].eval[e].energy_j) << alone.name;
    }
  }
}

}  // namespace
}  // namespace edgesim
