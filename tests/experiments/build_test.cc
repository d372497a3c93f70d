// Tests for experiments/build.cc.
#include "experiments/build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/decision_model_estimate.h"
#include "sim/input_error.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

void ExpectRefused(const std::vector<std::string>& overrides, const std::string& part) {
  EXPECT_THAT([&] { BuildSmall(overrides); }, ThrowsMessage<InputError>(HasSubstr(part)));
}

TEST(Build, TakesAllActionsOrThoseNamed) {
  EXPECT_EQ(BuildSmall()->actions.size(), 6U);
  const auto two = BuildSmall({"actions=[gemma-2-2b-it-q8_0, qwen3-4b-q6_k]"});
  ASSERT_EQ(two->actions.size(), 2U);
  EXPECT_EQ(two->actions[0].name, "gemma-2-2b-it-q8_0");
  EXPECT_EQ(two->actions[1].model, "qwen3-4b");
  EXPECT_EQ(two->actions[1].quantization, "q6_k");
}

TEST(Build, PointsAtTheLineThatNamesSomethingUnknown) {
  ExpectRefused({"device.profile=laptop"},
                "--set device.profile: unknown profile 'laptop'; there is laptop-rtx3070");
  ExpectRefused(
      {"workload.answers=x"},
      "unknown answers 'x'; there is mt_bench_18_questions, mt_bench_six_actions_answers");
  ExpectRefused({"device.profile=./no.json"}, "no file './no.json'");
  ExpectRefused({"actions=[gemma-2-2b-it-q8_1]"}, "did you mean 'gemma-2-2b-it-q8_0'?");
  ExpectRefused({"power_cap.limit_w=100", "power_cap.scope=[npu]"},
                "no rail 'npu'; it has cpu, gpu");
  ExpectRefused({"power_cap.limit_w=100", "power_cap.window_s=0.05"},
                "a shorter window means nothing");
  ExpectRefused({"observe_category=false"}, "'category' is not observed");
  ExpectRefused({"workload.horizon_s=10"}, "exact-dp has no plan here");
}

TEST(Build, RefusesWhatWouldOverflowTimeOrMemory) {
  ExpectRefused({"workload.arrivals.kind=poisson", "workload.arrivals.rate_per_s=1e-6",
                 "workload.requests=20000"},
                "an episode could take 2.00002e+10 s, allowed: 1e+09");
  ExpectRefused({"policies.q-learning.features=[energy, requests_left, category]",
                 "workload.requests=10000", "policies.q-learning.energy_bins=1000"},
                "its table would have 3.6e+08 entries");
  ExpectRefused({"workload.requests=100000"}, "exact-dp has no plan here: the plan would have");
  EXPECT_NO_THROW(BuildSmall({"energy_budget.limit_j=0.01"}));
}

TEST(Build, RefusesAProfileThatIsNotOne) {
  ExpectRefused({"device.profile=" EDGESIM_SOURCE_DIR "/CMakePresets.json"},
                "CMakePresets.json: 'schema_version' is missing");
}

// A learner must not profit from what only planners may know.
TEST(Build, LearnersDoNotSeeTheDecisionModel) {
  const auto built = BuildSmall();
  const DecisionModel good = EstimateDecisionModel(*built);
  DecisionModel garbage = good;
  for (auto& row : garbage.outlook) {
    for (ActionOutlook& outlook : row)
      outlook = ActionOutlook{.mean_energy_j = 1e9, .mean_score = -7};
  }
  for (const PolicyConfig& config : built->config.policies) {
    if (SortOf(config) != PolicySort::kLearner) continue;
    std::vector<std::vector<ActionId>> chosen;
    for (const DecisionModel* model : {&good, static_cast<const DecisionModel*>(&garbage),
                                       static_cast<const DecisionModel*>(nullptr)}) {
      const auto policy =
          MakePolicy(config, *built, {.model = model});
      chosen.emplace_back();
      for (std::uint32_t e = 0; e < 30; ++e) {
        const EpisodeRecord record =
            RunEpisode(built->world, *policy, config.name, {.seed = 3, .episode = e});
        for (const RequestRow& row : record.rows) chosen.back().push_back(row.action);
      }
    }
    EXPECT_EQ(chosen[0], chosen[1]) << config.name;
    EXPECT_EQ(chosen[0], chosen[2]) << config.name;
  }
}

}  // namespace
}  // namespace edgesim
