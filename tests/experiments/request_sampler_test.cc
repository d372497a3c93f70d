// Tests for experiments/request_sampler.cc.
#include "experiments/request_sampler.h"

#include <gtest/gtest.h>

#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

constexpr Noise kNoise{.seed = 5, .phase = Phase::kModel};

TEST(RequestSampler, IsWhatAnEpisodeMeetsUnderTheSameNoise) {
  const auto built = BuildSmall();
  const Noise noise{.seed = 3, .episode = 2, .phase = Phase::kEval};
  Always policy(4);
  const EpisodeRecord record = RunEpisode(built->world, policy, "always", noise);
  ASSERT_EQ(record.rows.size(), 20U);
  RequestSampler sampler(*built);
  for (const RequestRow& row : record.rows) {
    const SampledRequest sampled = sampler.Sample(row.request, 4, noise.Of(row.request.index));
    EXPECT_EQ(sampled.run.energy, row.energy);
    EXPECT_EQ(sampled.run.peak, row.peak);
    EXPECT_DOUBLE_EQ(sampled.score / kMaxScore, row.reward);
  }
}

TEST(RequestSampler, NeitherBudgetNorTerminatingCapStopsIt) {
  const auto open = BuildSmall();
  LoadedExperiment strict =
      LoadSmall({"energy_budget.limit_j=1", "power_cap.limit_w=30", "power_cap.mode=terminate"});
  std::erase_if(strict.config.policies, [](const PolicyConfig& p) {
    return std::holds_alternative<ExactDpConfig>(p.kind);
  });
  const auto built = Build(strict);
  const SampledRequest free = RequestSampler(*open).Sample({}, 0, kNoise),
                       sampled = RequestSampler(*built).Sample({}, 0, kNoise);
  EXPECT_EQ(free.run.energy, sampled.run.energy);
  EXPECT_TRUE(sampled.run.cap_exceeded);
  EXPECT_FALSE(free.run.cap_exceeded);
}

// dolly takes 3.9 s at 118 W in the mean and stays under 90 W only while its ramp is in the window.
TEST(RequestSampler, AWindowLooksBackOverRequestsOfTheSameAction) {
  const auto built = BuildSmall({"power_cap.limit_w=90", "power_cap.window_s=5"});
  RequestSampler sampler(*built);
  int exceeded = 0;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const Noise noise{.seed = 5, .episode = i, .phase = Phase::kModel};
    exceeded +=
        sampler.Sample(built->workload->Next(0, SimTime{}, noise), 2, noise).run.cap_exceeded;
  }
  EXPECT_GE(exceeded, 195);
}

}  // namespace
}  // namespace edgesim
