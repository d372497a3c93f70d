// Tests for experiments/decision_env.cc.
#include "experiments/decision_env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/replica_run.h"
#include "policies/baselines.h"
#include "sim/input_error.h"
#include "tests/experiments/preset_experiment.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(DecisionEnv, LivesThroughTheEpisodesOfARun) {
  const auto built = BuildSmall({"power_cap.limit_w=120", "energy_budget.limit_j=8000"});
  const EnvSpec spec(*built, {});
  DecisionEnv env(spec);
  std::vector<float> seen(spec.features().size());
  std::size_t terminated = 0;
  for (std::uint32_t episode = 0; episode < 20; ++episode) {
    const Noise noise = EpisodeNoise(*built, 1, episode, Phase::kEval);
    Always always(2);
    const EpisodeRecord expected = RunEpisode(built->world, always, "always", noise);
    EXPECT_EQ(env.Reset(noise, seen).episode, episode);
    EXPECT_EQ(seen[0], 1.0F);
    EXPECT_EQ(seen[1], 1.0F);
    double reward = 0, share = 0, over = 0;
    EnvStep step;
    std::size_t steps = 0;
    do {
      ASSERT_TRUE(env.Due());
      step = env.Step(2, seen);
      reward += step.reward;
      share += step.costs[static_cast<std::size_t>(CostKind::kEnergy)];
      over += step.costs[static_cast<std::size_t>(CostKind::kCapExceedance)];
      ++steps;
    } while (!step.terminated && !step.truncated);
    EXPECT_DOUBLE_EQ(reward, expected.reward);
    EXPECT_NEAR(share, expected.budget_used, 1e-12);
    EXPECT_EQ(steps, expected.rows.size());
    EXPECT_EQ(step.terminated, expected.Terminated());
    const auto exceeded =
        std::count_if(expected.rows.begin(), expected.rows.end(),
                      [](const RequestRow& row) { return row.completed && row.cap_exceeded; });
    EXPECT_NEAR(over, static_cast<double>(exceeded) / built->config.workload.requests, 1e-12);
    EXPECT_NEAR(seen[0], 1 - expected.budget_used, 1e-6);
    EXPECT_EQ(env.record().rows.size(), steps);
    terminated += step.terminated;
  }
  EXPECT_GT(terminated, 0U);  // both ends occur
}

TEST(DecisionEnv, ShowsWhatAPolicySees) {
  const auto built = BuildSmall();
  const EnvSpec spec(*built, {});
  EXPECT_EQ(spec.features().size(), 6 + built->VisibleClasses());
  EXPECT_EQ(spec.features()[6], "class:" + built->VisibleClassNames()[0]);
  std::vector<float> seen(spec.features().size(), -1.0F);
  spec.Write({.now = SimTime(Duration(2'500'000'000)),
              .energy_left = Joules(3000),
              .energy_budget = Joules(12000),
              .requests_left = 5,
              .request_index = 15,
              .class_id = 2,
              .prompt_tokens = 77,
              .queue_length = 3,
              .deferrals = 1},
             seen);
  std::vector<float> expected(seen.size(), 0.0F);
  const float numbers[] = {0.25F, 0.25F, 2.5F, 77.0F, 3.0F, 1.0F};
  std::copy(std::begin(numbers), std::end(numbers), expected.begin());
  expected[6 + 2] = 1.0F;
  EXPECT_EQ(seen, expected);
}

TEST(DecisionEnv, RefusesStepsThatMakeNoSense) {
  const auto built = BuildPreset("s1_hard");
  const EnvSpec spec(*built, {});
  DecisionEnv env(spec);
  std::vector<float> seen(spec.features().size());
  EXPECT_THAT([&] { env.Step(0, seen); }, ThrowsMessage<InputError>(HasSubstr("reset")));
  env.Reset({.seed = 1}, seen);
  EXPECT_THAT([&] { env.Step(6, seen); },
              ThrowsMessage<InputError>("there is no action 6, allowed: 0 to 5"));
  EnvStep step;
  while (!step.terminated && !step.truncated) step = env.Step(0, seen);
  EXPECT_FALSE(env.Due());
  EXPECT_THAT([&] { env.Step(0, seen); }, ThrowsMessage<InputError>(HasSubstr("reset")));
}

TEST(DecisionEnv, RejectingAndDeferringAreActions) {
  const auto built =
      BuildSmall({"reject=true", "defer=true", "workload.arrivals={kind: poisson, rate_per_s: 5}",
                  "policies=[random]"});
  const EnvSpec spec(*built, {});
  const std::size_t n = spec.actions().size();
  EXPECT_THAT(std::vector<std::string>(spec.actions().end() - 2, spec.actions().end()),
              ElementsAre("reject", "defer"));
  DecisionEnv env(spec);
  std::vector<float> seen(spec.features().size());
  env.Reset({.seed = 4}, seen);
  EnvStep step;
  float most_deferrals = 0;
  for (std::size_t i = 0; !step.terminated && !step.truncated; ++i) {
    step = env.Step(static_cast<std::uint32_t>(i % 3 == 0 ? n - 1 : n - 2), seen);
    EXPECT_EQ(step.reward, 0);
    EXPECT_EQ(step.costs[0], 0);
    most_deferrals = std::max(most_deferrals, seen[5]);
  }
  EXPECT_GT(most_deferrals, 0);
  EXPECT_TRUE(step.truncated);
}

TEST(DecisionEnv, MasksWhatAShieldWould) {
  const auto built = BuildSmall({"power_cap.limit_w=120", "optimum.draws=5000"});
  const EnvSpec free(*built, {}), shielded(*built, 0.05);
  std::size_t masked = 0;
  for (std::uint32_t c = 0; c < built->VisibleClasses(); ++c) {
    for (const std::uint8_t allowed : free.Mask(c)) EXPECT_EQ(allowed, 1);
    for (const std::uint8_t allowed : shielded.Mask(c)) masked += allowed == 0;
  }
  EXPECT_GT(masked, 0U);
  EXPECT_THAT([&] { EnvSpec(*BuildSmall(), 0.05); },
              ThrowsMessage<InputError>(HasSubstr("'power_cap'")));
  EXPECT_THAT([&] { EnvSpec(*BuildSmall({"power_cap.limit_w=30"}), 0.05); },
              ThrowsMessage<InputError>(HasSubstr("masks every action")));
}

TEST(DecisionEnv, SaysWhereNothingEverHappens) {
  const auto built =
      BuildSmall({"workload.arrivals={kind: poisson, rate_per_s: 0.000001}",
                  "workload.horizon_s=0.01", "workload.requests=2", "policies=[random]"});
  const EnvSpec spec(*built, {});
  DecisionEnv env(spec);
  std::vector<float> seen(spec.features().size());
  EXPECT_THAT([&] { env.Reset({.seed = 1}, seen); },
              ThrowsMessage<InputError>(HasSubstr("before their first request")));
}

}  // namespace
}  // namespace edgesim
