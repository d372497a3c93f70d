// Tests for experiments/why.cc: an episode replayed is the one that was evaluated.
#include "experiments/why.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"
#include "tests/experiments/run_on_disk.h"

namespace edgesim {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Why, StepsAddUpToTheRow) {
  const auto built = BuildSmall({"policies=[q-learning, random]", "power_cap.limit_w=105"});
  const RunFolder run(WriteRun(*built, "steps", false));
  for (const std::string policy : {"q-learning", "random", "exact-dp", "always-qwen3-4b-q8_0"}) {
    for (const std::uint32_t episode : {0U, 9U}) {
      const WhyEpisode why = ReplayEpisode(run, policy, 1, episode);  // checks evaluation.csv
      double reward = 0, energy = 0;
      std::uint32_t exceeded = 0;
      for (const WhyStep& step : why.steps) {
        reward += step.reward;
        energy += step.energy_j;
        exceeded += step.completed && step.cap_exceeded;
        EXPECT_NEAR(step.energy_left_j, 12000 - energy + step.energy_j, 1e-6);
        EXPECT_FALSE(step.masked);
        ASSERT_TRUE(step.loss);
        EXPECT_GE(*step.loss, 0);
        EXPECT_TRUE(step.action != step.optimal || *step.loss == 0) << step.request;
        EXPECT_TRUE(policy != "exact-dp" || step.action == step.optimal);
      }
      EXPECT_NEAR(reward, why.row.reward, 1e-9);
      EXPECT_NEAR(energy, why.row.energy_j, 1e-6);
      EXPECT_EQ(exceeded, why.row.exceeded);
      EXPECT_EQ(why.steps.size(), why.row.served + why.row.cut);
      ASSERT_TRUE(why.optimum_row);
      EXPECT_EQ(why.optimum, "exact-dp");
      EXPECT_TRUE(policy != "exact-dp" || why.optimum_row->reward == why.row.reward);
    }
  }
  const WhyEpisode random = ReplayEpisode(run, "random", 0, 0);
  double loss = 0;
  for (const WhyStep& step : random.steps) loss += *step.loss;
  EXPECT_GT(loss, 0.1);
}

TEST(Why, OptimumUnderConstraintsIsTheEpisodesComponent) {
  const auto built = Build(
      LoadExperiment(std::string(EDGESIM_SOURCE_DIR) + "/experiments/configs/s1_hard.yaml",
                     {"policies=[pacing]", "energy_budget.mode=chance", "energy_budget.delta=0.005",
                      "replicas=2", "episodes.train=1", "episodes.eval=10"}));
  const RunFolder run(WriteRun(*built, "constrained", false));
  ASSERT_GT(run.lineup().plans.constrained->components.size(), 1U);
  for (const std::uint32_t episode : {0U, 1U, 2U, 3U}) {
    const WhyEpisode why = ReplayEpisode(run, "constrained-dp", 0, episode);
    EXPECT_EQ(why.optimum, "constrained-dp");
    for (const WhyStep& step : why.steps) {
      EXPECT_EQ(step.action, step.optimal);
      EXPECT_FALSE(step.loss);
    }
    EXPECT_EQ(ReplayEpisode(run, "pacing", 0, episode).optimum_row->reward, why.row.reward);
  }
}

TEST(Why, SaysWhatAShieldMasked) {
  const auto built = BuildSmall({"policies=[{kind: greedy-quality, shield: {epsilon: 0.05}}]",
                                 "power_cap.limit_w=105", "energy_budget.limit_j=30000"});
  const RunFolder run(WriteRun(*built, "shield", false));
  const WhyEpisode why = ReplayEpisode(run, "greedy-quality", 0, 0);
  std::size_t masked = 0;
  for (const WhyStep& step : why.steps) {
    if (!step.masked) continue;
    ++masked;
    EXPECT_NE(step.masked->wanted, step.action);
    EXPECT_EQ(step.masked->epsilon, 0.05);
    EXPECT_GT(step.masked->upper95, 0.05);
    EXPECT_LE(step.masked->exceedance, step.masked->upper95);
  }
  EXPECT_GT(masked, 0U);
}

TEST(Why, NoOptimumNoLoss) {
  const auto built = BuildSmall({"policies=[pacing]", "workload.horizon_s=300"});
  const RunFolder run(WriteRun(*built, "horizon", false));
  const WhyEpisode why = ReplayEpisode(run, "pacing", 0, 0);
  EXPECT_FALSE(why.optimum_row);
  EXPECT_THAT(why.no_optimum_because, HasSubstr("horizon"));
  ASSERT_FALSE(why.steps.empty());
  EXPECT_EQ(why.steps[0].optimal, "");
  EXPECT_FALSE(why.steps[0].loss);
}

TEST(Why, SaysSoWhereTheFileDiffers) {
  const auto built = BuildSmall({"policies=[pacing]"});
  const fs::path folder = WriteRun(*built, "edited", false);
  std::string csv = ReadTextFile(folder / "evaluation.csv");
  const std::size_t at = csv.find("pacing,1,3,");
  csv[csv.find('.', at) + 1] ^= 1;  // a digit of its reward
  WriteTextFile(folder / "evaluation.csv", csv);
  const RunFolder run(folder);
  EXPECT_NO_THROW(ReplayEpisode(run, "pacing", 1, 2));
  EXPECT_THAT([&] { ReplayEpisode(run, "pacing", 1, 3); },
              ThrowsMessage<InputError>(AllOf(HasSubstr("evaluation.csv:"),
                                              HasSubstr("but the replay gives 'pacing,1,3,"))));
  WriteTextFile(folder / "evaluation.csv", csv.substr(0, at));
  EXPECT_THAT([&] { ReplayEpisode(run, "pacing", 1, 3); },
              ThrowsMessage<InputError>(HasSubstr("has no row that begins with 'pacing,1,3,'")));
  EXPECT_THAT([&] { ReplayEpisode(run, "pacing", 0, 10); },
              ThrowsMessage<InputError>(HasSubstr("no evaluation episode 10, allowed: 0 to 9")));
}

}  // namespace
}  // namespace edgesim
