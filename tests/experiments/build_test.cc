// Tests for experiments/build.cc.
#include "experiments/build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(Build, RefusesALearnerOfConstraintsWhereThereAreNone) {
  ExpectRefused({"policies=[random, lagrangian-q]"}, "lagrangian-q needs a constraint");
}

TEST(Build, RefusesAProfileThatIsNotOne) {
  ExpectRefused({"device.profile=" EDGESIM_SOURCE_DIR "/CMakePresets.json"},
                "CMakePresets.json: 'schema_version' is missing");
}

// A file of eight lines; the last one is `line`.
std::string EightLines(const std::string& line) {
  return "name: x\ndevice:\n  synthetic:\n    actions: [{name: a, energy_j: 2, score: 8}]\n"
         "workload: {requests: 5}\npolicies: [random]\nseed: 1\n" +
         line + "\n";
}

TEST(Build, RefusesLimitsThatMeanNothingBesideTheOthers) {
  const struct {
    const char *line, *message;
  } kCases[] = {
      {"energy_budget: {limit_j: 100, beta: 0.5}",
       "x.yaml:8:37: a hard budget bounds every episode; 'beta' goes with 'mode: expected' or "
       "'mode: "
       "chance'"},
      {"energy_budget: {limit_j: 100, mode: expected, delta: 0.1}",
       "x.yaml:8:54: 'delta' goes with 'mode: chance'"},
      {"energy_budget: {limit_j: 100, delta: 0.1}",
       "x.yaml:8:38: 'delta' goes with 'mode: chance'"},
      {"energy_budget: {limit_j: 100, mode: chance}",
       "x.yaml:8:37: 'mode: chance' needs 'delta', the largest probability that the budget is used "
       "up"},
      {"energy_budget: {limit_j: 100, mode: expected, brown_out_reward: -1}",
       "x.yaml:8:65: with 'mode: expected' no request is cut, so nothing earns 'brown_out_reward'"},
      {"energy_budget: {limit_j: 100, mode: soft}", "x.yaml:8:37: 'mode' is 'soft'"},
      {"energy_budget: {limit_j: 100, mode: chance, delta: 2}", "x.yaml:8:52: 'delta' is 2"}};
  for (const auto& c : kCases) {
    EXPECT_THAT([&] { Build(ParseExperiment(EightLines(c.line), "x.yaml", {})); },
                ThrowsMessage<InputError>(HasSubstr(c.message)))
        << c.line;
  }
  const std::string ok = EightLines("energy_budget: {limit_j: 100}");
  const auto refused = [&](const std::string& more, const std::string& message) {
    EXPECT_THAT([&] { Build(ParseExperiment(ok + more + "\n", "x.yaml", {})); },
                ThrowsMessage<InputError>(HasSubstr(message)))
        << more;
  };
  EXPECT_NO_THROW(Build(ParseExperiment(ok, "x.yaml", {})));
  refused("defer: true",
          "x.yaml:9:8: in a closed loop nothing arrives while a request is put off; 'defer' needs "
          "'arrivals: {kind: poisson, rate_per_s: R}'");
  refused("latency: {max_share: 0.1}", "'limit_s' is missing in latency");
  refused("power_cap: {limit_w: 5, exceedance_reward: 1}", "'exceedance_reward' is 1");
  refused("success_score: 11", "'success_score' is 11");
}

TEST(Build, SyntheticDevicesAndTablesDoNotMix) {
  ExpectRefused({"workload.classes=[a]"}, "'classes' goes with a synthetic device");
  EXPECT_THAT(
      [] {
        Build(ParseExperiment(EightLines("energy_budget: {limit_j: 100}"), "x.yaml",
                              {"workload.answers=mt_bench_18_questions"}));
      },
      ThrowsMessage<InputError>(HasSubstr("a synthetic device has its scores in its actions; it "
                                          "takes 'classes', no tables")));
  std::string text = SixActionsText();
  const std::size_t line = text.find("  questions:");
  text.erase(line, text.find('\n', line) + 1 - line);
  EXPECT_THAT([&] { Build(ParseExperiment(text, "x.yaml", {})); },
              ThrowsMessage<InputError>(HasSubstr("'questions' is missing in workload")));
}

TEST(Build, APlanIsClaimedOnlyWhereThePlannerSeesWhatCounts) {
  const auto why = [](const std::string& line, const std::vector<std::string>& overrides = {}) {
    return WhyNoOptimum(*Build(ParseExperiment(
        EightLines("energy_budget: {limit_j: 100}") + line + "\n", "x.yaml", overrides)));
  };
  const std::vector<std::string> poisson = {"workload.arrivals.kind=poisson",
                                            "workload.arrivals.rate_per_s=1"};
  EXPECT_EQ(why("reject: true"), "");
  EXPECT_EQ(why("latency: {limit_s: 1}", poisson), "");
  EXPECT_THAT(why("defer: true", poisson), HasSubstr("requests can be deferred"));
  EXPECT_THAT(why("latency: {limit_s: 1, max_share: 0.1}", poisson),
              HasSubstr("with open arrivals lateness depends on waiting"));
  EXPECT_EQ(why("latency: {limit_s: 1, max_share: 0.1}"), "");
}

TEST(Build, ConstraintsAreWhatTheLimitsSay) {
  const auto of = [](const std::string& budget, const std::string& more = "") {
    return ConstraintsOf(
        ParseExperiment(EightLines("energy_budget: {limit_j: 100" + budget + "}") + more + "\n",
                        "x.yaml", {})
            .config);
  };
  EXPECT_TRUE(of("", "power_cap: {limit_w: 5}\nlatency: {limit_s: 1}").empty());
  ASSERT_EQ(of(", mode: expected").size(), 1U);
  EXPECT_EQ(of(", mode: expected")[0].kind, CostKind::kEnergy);
  EXPECT_EQ(of(", mode: expected")[0].limit, 1);
  EXPECT_EQ(of(", mode: expected, beta: 0.8")[0].limit, 0.8);
  const auto all =
      of(", mode: chance, delta: 0.01, beta: 0.9",
         "power_cap: {limit_w: 5, max_share: 0.2}\nlatency: {limit_s: 1, max_share: 0}");
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].kind, CostKind::kBrownOut);
  EXPECT_EQ(all[0].limit, 0.01);
  EXPECT_EQ(all[1].kind, CostKind::kEnergy);
  EXPECT_EQ(all[2].kind, CostKind::kCapExceedance);
  EXPECT_EQ(all[2].limit, 0.2);
  EXPECT_EQ(all[3].kind, CostKind::kLateness);
  EXPECT_EQ(all[3].limit, 0);
}

}  // namespace
}  // namespace edgesim
