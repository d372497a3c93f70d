// Tests for experiments/resolved.cc.
#include "experiments/resolved.h"

#include <gtest/gtest.h>

#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

TEST(Resolved, ReadsBackToTheSameConfig) {
  const std::vector<std::vector<std::string>> cases = {
      {},
      {"power_cap.limit_w=105.25", "power_cap.window_s=0.75", "power_cap.scope=[gpu, cpu]",
       "power_cap.mode=terminate"},
      {"workload.arrivals.kind=poisson", "workload.arrivals.rate_per_s=0.1",
       "workload.horizon_s=33.3"},
      {"policies.q-learning.learning_rate=0.123456789012345", "actions=[gemma-2-2b-it-q6_k]"},
      {"device={host_profile: h.json, threads: 2, power_w: 15.5, idle_w: 0.3, idle: assumed}"},
      {"device={host_profile: h.json, power_profile: laptop-rtx3070}"}};
  for (const auto& overrides : cases) {
    const std::string first = ResolvedYaml(LoadSmall(overrides).config);
    const std::string second = ResolvedYaml(ParseExperiment(first, "resolved", {}).config);
    EXPECT_EQ(first, second);
  }
}

TEST(Resolved, FillsInDefaults) {
  const std::string text = ResolvedYaml(LoadSmall().config);
  EXPECT_NE(text.find("epsilon_episodes: 150"), std::string::npos);
  EXPECT_NE(text.find("brown_out_reward: 0"), std::string::npos);
  EXPECT_NE(text.find("margin_sd: 1"), std::string::npos);
}

}  // namespace
}  // namespace edgesim
