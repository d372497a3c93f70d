// Tests for experiments/load.cc: overrides from the command line.
#include "experiments/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::ThrowsMessage;

TEST(Load, ReadsTheShippedConfig) {
  const ExperimentConfig config = ParseExperiment(SixActionsText(), "e", {}).config;
  EXPECT_EQ(config.name, "six_actions");
  EXPECT_EQ(config.replicas, 20U);
  EXPECT_EQ(config.episodes.train, 300U);
  EXPECT_EQ(config.episodes.eval, 1000U);
  EXPECT_EQ(config.energy_budget.limit_j, 12000);
  EXPECT_FALSE(config.power_cap);
  ASSERT_EQ(config.policies.size(), 10U);
  EXPECT_EQ(config.policies[5].name, "q-learning-category");
}

TEST(Load, OverridesValuesSectionsAndPolicies) {
  const ExperimentConfig config =
      ParseExperiment(
          SixActionsText(), "e",
          {"energy_budget.limit_j=13500", "power_cap.limit_w=105", "power_cap.scope=[gpu]",
           "policies.q-learning.energy_bins=20", "policies.q-learning-category.discount=0.5",
           "workload.arrivals.kind=poisson", "workload.arrivals.rate_per_s=0.25", "seed=9"})
          .config;
  EXPECT_EQ(config.energy_budget.limit_j, 13500);
  ASSERT_TRUE(config.power_cap);
  EXPECT_EQ(config.power_cap->limit_w, 105);
  EXPECT_EQ(config.power_cap->scope, std::vector<std::string>{"gpu"});
  EXPECT_EQ(std::get<QLearningConfig>(config.policies[4].kind).energy_bins, 20U);
  EXPECT_EQ(std::get<QLearningConfig>(config.policies[5].kind).energy_bins, 10U);
  EXPECT_EQ(std::get<QLearningConfig>(config.policies[5].kind).discount, 0.5);
  EXPECT_EQ(std::get<PoissonConfig>(config.workload.arrivals).rate_per_s, 0.25);
  EXPECT_EQ(config.seed, 9U);
}

TEST(Load, SaysWhichOverrideIsWrong) {
  const auto expect = [](const std::string& assignment, const std::string& message) {
    EXPECT_THAT([&] { ParseExperiment(SixActionsText(), "e.yaml", {assignment}); },
                ThrowsMessage<InputError>(message));
  };
  expect(
      "energy_budget.limt_j=3",
      "--set energy_budget.limt_j: unknown key 'limt_j' in energy_budget; did you mean 'limit_j'?");
  expect("replicas=0", "--set replicas: 'replicas' is 0, allowed: 1 to 1000000");
  expect("seed", "--set seed: must be key.path=value");
  expect("policies.nope.name=x", "--set policies.nope.name=x: 'nope' is not in the list");
  expect("seed.x=1", "--set seed.x: 'seed' must be a single value");
}

TEST(Load, RefusesMissingFilesAndFolders) {
  EXPECT_THAT([] { LoadExperiment("no/such.yaml", {}); },
              ThrowsMessage<InputError>("no/such.yaml: no such file"));
  EXPECT_THAT([] { LoadExperiment(EDGESIM_SOURCE_DIR, {}); },
              ThrowsMessage<InputError>(EDGESIM_SOURCE_DIR ": is a folder, not a file"));
}

}  // namespace
}  // namespace edgesim
