#include "experiments/frozen_policies.h"

#include <gtest/gtest.h>

#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

// All rows of all policies, as text.
std::string Rows(const BuiltExperiment& built, std::vector<PolicyRun> runs) {
  RunResult result;
  result.policies = std::move(runs);
  return EvaluationCsv(built, result);
}

std::unique_ptr<BuiltExperiment> Scaled(double power, double latency) {
  return Build(LoadSmall(), {.profile = {}, .scale = {.power = power, .latency = latency}});
}

TEST(FrozenPolicies, HaveTheRowsOfARunInTheirOwnWorld) {
  const auto built = BuildSmall();
  const std::string run = Rows(*built, RunExperiment(*built, {.threads = 2}).policies);
  FrozenPolicies policies(*built, {});
  EXPECT_EQ(Rows(*built, policies.EvaluateIn(*built, {})), run);
  const auto dear = Scaled(1.3, 1), same = Scaled(1, 1);
  EXPECT_NE(Rows(*dear, policies.EvaluateIn(*dear, {})), run);
  // They learned nothing in the world between, and factor 1 is no change.
  EXPECT_EQ(Rows(*same, policies.EvaluateIn(*same, {})), run);
}

TEST(FrozenPolicies, SpendInProportionWhereTheBudgetNeverBinds) {
  const auto base = BuildSmall({"energy_budget.limit_j=1e6", "policies=[random]"});
  const LoadedExperiment loaded = LoadSmall({"energy_budget.limit_j=1e6", "policies=[random]"});
  const auto slow = Build(loaded, {.profile = {}, .scale = {.power = 0.9, .latency = 1.2}});
  FrozenPolicies policies(*base, {});
  const std::vector<PolicyRun> as_is = policies.EvaluateIn(*base, {}),
                               here = policies.EvaluateIn(*slow, {});
  for (std::size_t p = 0; p < as_is.size(); ++p) {
    if (as_is[p].plans || as_is[p].learns) continue;
    const EvalRow &row = as_is[p].replicas[1].eval[3], &scaled = here[p].replicas[1].eval[3];
    EXPECT_EQ(scaled.reward, row.reward) << as_is[p].name;
    EXPECT_NEAR(scaled.energy_j / row.energy_j, 0.9 * 1.2, 1e-7) << as_is[p].name;
    EXPECT_NEAR(scaled.completed_latency_s / row.completed_latency_s, 1.2, 1e-7) << as_is[p].name;
  }
}

TEST(FrozenPolicies, TellTheShareThatIsDone) {
  const auto built = BuildSmall({"policies=[random]"});
  std::vector<double> training, evaluation;
  FrozenPolicies policies(*built, [&](double share) { training.push_back(share); });
  EXPECT_EQ(policies.Origin().optimum, "exact-dp");
  policies.EvaluateIn(*built, [&](double share) { evaluation.push_back(share); });
  for (const auto& shares : {training, evaluation}) {
    EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
    EXPECT_EQ(shares.back(), 1);
  }
}

TEST(FrozenPolicies, ReplanningAtHomeIsTheOptimum) {
  const auto built = BuildSmall({"policies=[random]"});
  const RunResult run = RunExperiment(*built, {.threads = 2});
  const Replanned replanned = ReplanIn(*built);
  EXPECT_EQ(replanned.none_because, "");
  for (const PolicyRun& policy : run.policies) {
    if (policy.name != "exact-dp") continue;
    EXPECT_EQ(Rows(*built, {replanned.run}), Rows(*built, {policy}));
  }
}

TEST(FrozenPolicies, NothingIsPlannedWhereThePlannerSeesNoTime) {
  const auto built = BuildSmall({"policies=[random]", "workload.horizon_s=100"});
  EXPECT_NE(ReplanIn(*built).none_because.find("horizon"), std::string::npos);
}

}  // namespace
}  // namespace edgesim
