// Tests for experiments/vector_env.cc.
#include "experiments/vector_env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"
#include "tests/experiments/preset_experiment.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

struct Buffers {
  Buffers(const EnvSpec& spec, std::size_t n)
      : seen(n * spec.features().size()),
        reward(n),
        costs(n * kEnvCosts),
        terminated(n),
        truncated(n),
        mask(n * spec.actions().size()) {}
  VectorStep Step() { return {seen, reward, terminated, truncated, costs, mask}; }
  std::vector<float> seen;
  std::vector<double> reward, costs;
  std::vector<std::uint8_t> terminated, truncated, mask;
  friend bool operator==(const Buffers&, const Buffers&) = default;
};

constexpr std::size_t kCount = 37, kSteps = 130;

std::vector<std::int64_t> ActionsAt(std::size_t step) {
  std::vector<std::int64_t> actions(kCount);
  for (std::size_t i = 0; i < kCount; ++i)
    actions[i] = static_cast<std::int64_t>((7 * i + 3 * step) % 6);
  return actions;
}

std::vector<Buffers> Course(const EnvSpec& spec, int threads) {
  VectorEnv envs(spec, kCount, threads, Phase::kTrain);
  std::vector<std::uint64_t> seeds(kCount);
  for (std::size_t i = 0; i < kCount; ++i) seeds[i] = 100 + i;
  std::vector<Buffers> course;
  Buffers buffers(spec, kCount);
  envs.Reset(seeds, buffers.Step());
  course.push_back(buffers);
  for (std::size_t s = 0; s < kSteps; ++s) {
    envs.Step(ActionsAt(s), buffers.Step());
    course.push_back(buffers);
  }
  return course;
}

TEST(VectorEnv, IsTheSameForAnyNumberOfThreads) {
  const auto built = BuildPreset("s2_brownout");
  const EnvSpec spec(*built, {});
  EXPECT_EQ(Course(spec, 1), Course(spec, 3));
}

TEST(VectorEnv, IsManySingleEnvironmentsThatBeginAnewAStepAfterTheirEnd) {
  const auto built = BuildPreset("s2_brownout");
  const EnvSpec spec(*built, {});
  const std::vector<Buffers> course = Course(spec, 2);
  const std::size_t f = spec.features().size();
  std::size_t ended = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    DecisionEnv env(spec);
    Noise noise{.seed = 100 + i};
    std::vector<float> seen(f);
    noise = env.Reset(noise, seen);
    for (std::size_t s = 0; s <= kSteps; ++s) {
      const Buffers& at = course[s];
      EXPECT_TRUE(std::equal(seen.begin(), seen.end(), at.seen.begin() + static_cast<long>(i * f)))
          << i << " " << s;
      if (s == kSteps) break;
      const Buffers& next = course[s + 1];
      if (env.Due()) {
        const EnvStep step = env.Step(static_cast<std::uint32_t>(ActionsAt(s)[i]), seen);
        EXPECT_EQ(next.reward[i], step.reward);
        EXPECT_EQ(next.terminated[i], step.terminated);
        EXPECT_EQ(next.truncated[i], step.truncated);
        EXPECT_EQ(next.costs[i * kEnvCosts], step.costs[0]);
        ended += step.terminated || step.truncated;
      } else {
        ++noise.episode;
        noise = env.Reset(noise, seen);
        EXPECT_EQ(next.reward[i], 0);
        EXPECT_FALSE(next.terminated[i] || next.truncated[i]);
      }
    }
  }
  EXPECT_GT(ended, 5 * kCount);
}

TEST(VectorEnv, RefusesAllBeforeAnythingHasMoved) {
  const auto built = BuildPreset("s1_hard");
  const EnvSpec spec(*built, {});
  VectorEnv envs(spec, 2, 1, Phase::kTrain);
  Buffers buffers(spec, 2);
  const std::vector<std::int64_t> good = {0, 1}, bad = {0, 6}, negative = {-1, 0};
  EXPECT_THAT([&] { envs.Step(good, buffers.Step()); },
              ThrowsMessage<InputError>(HasSubstr("reset")));
  const std::vector<std::uint64_t> seeds = {1, 2};
  envs.Reset(seeds, buffers.Step());
  const Buffers before = buffers;
  EXPECT_THAT([&] { envs.Step(bad, buffers.Step()); },
              ThrowsMessage<InputError>("environment 1: there is no action 6, allowed: 0 to 5"));
  EXPECT_THAT([&] { envs.Step(negative, buffers.Step()); }, testing::Throws<InputError>());
  EXPECT_EQ(buffers, before);
}

}  // namespace
}  // namespace edgesim
