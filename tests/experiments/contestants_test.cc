// Tests for experiments/contestants.cc.
#include "experiments/contestants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policies/baselines.h"
#include "sim/input_error.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

std::vector<std::string> Names(const Lineup& lineup) {
  std::vector<std::string> names;
  for (const Contestant& c : lineup.contestants) names.push_back(c.name);
  return names;
}

TEST(Contestants, AreTheConstantActionsThePoliciesAndTheOptimum) {
  const auto built = BuildSmall({"policies=[q-learning]", "actions=[qwen3-4b-q6_k]"});
  const DecisionModel* told = nullptr;
  const auto lineup = MakeLineup(*built, [&](const DecisionModel& model) { told = &model; });
  EXPECT_THAT(Names(*lineup), testing::ElementsAre("always-qwen3-4b-q6_k", "exact-dp", "q-learning",
                                                   "static-router"));
  EXPECT_EQ(lineup->optimum, "exact-dp");
  EXPECT_EQ(lineup->router, "static-router");
  EXPECT_EQ(told, &lineup->model);
  EXPECT_TRUE(lineup->Find("q-learning")->learns);
  EXPECT_TRUE(lineup->Find("exact-dp")->plans);
  EXPECT_EQ(lineup->Find("always-qwen3-4b-q6_k")->constant, 0U);
  EXPECT_FALSE(lineup->Find("always-qwen3-4b-q6_k")->config);
  EXPECT_EQ(lineup->Find("nobody"), nullptr);
}

TEST(Contestants, GuestsTakePartUnderNamesOfTheirOwn) {
  const auto built = BuildSmall({"policies=[random]"});
  const Contestant guest{.name = "guest",
                         .make = [](std::uint32_t) { return std::make_unique<Always>(1); },
                         .constant = {},
                         .config = {}};
  const auto lineup = MakeLineup(*built, {}, {guest});
  ASSERT_NE(lineup->Find("guest"), nullptr);
  EXPECT_EQ(lineup->contestants.size(), MakeLineup(*built)->contestants.size() + 1);
  Contestant taken = guest;
  taken.name = "random";
  EXPECT_THAT([&] { MakeLineup(*built, {}, {taken}); },
              testing::ThrowsMessage<InputError>("two policies are named 'random'; rename one"));

  const RunSummary summary =
      Summarise(*built, RunExperiment(*built, {.threads = 2, .guests = {guest}}));
  const auto named = [&](const std::string& name) -> const PolicySummary& {
    return *std::find_if(summary.policies.begin(), summary.policies.end(),
                         [&](const PolicySummary& p) { return p.name == name; });
  };
  EXPECT_EQ(named("guest").reward.mean, named("always-" + built->actions[1].name).reward.mean);
}

TEST(Contestants, OptimumUnderConstraintsIsConstrained) {
  const auto built =
      BuildSmall({"policies=[q-learning]", "energy_budget.mode=chance", "energy_budget.delta=0.2"});
  const auto lineup = MakeLineup(*built);
  EXPECT_EQ(lineup->optimum, "constrained-dp");
  ASSERT_TRUE(lineup->plans.constrained);
  EXPECT_NE(lineup->Find("constrained-dp"), nullptr);
  EXPECT_EQ(lineup->Find("exact-dp"), nullptr);
}

TEST(Contestants, SayWhyThereIsNoOptimum) {
  const auto built = BuildSmall({"policies=[q-learning]", "workload.horizon_s=300"});
  const auto lineup = MakeLineup(*built);
  EXPECT_THAT(lineup->no_optimum_because, testing::HasSubstr("horizon"));
  EXPECT_EQ(lineup->optimum, "");
  EXPECT_FALSE(lineup->plans.optimum);
}

}  // namespace
}  // namespace edgesim
