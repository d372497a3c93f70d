// Tests of devices/edge_device.h: durations, the grid of ticks, and power levels of drawn requests.
#include "devices/edge_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <vector>

#include "sim/input_error.h"
#include "tests/support/statistics.h"

namespace edgesim {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// One absorbing state that takes the level, with next to no noise of its own.
Hsmm Steady(double mean_w, double sd_w = 1e-6) {
  Hsmm model;
  model.interval_s = 0.1;
  model.states = {{.name = "on",
                   .mean_w = mean_w,
                   .sd_w = sd_w,
                   .takes_level = true,
                   .duration = std::nullopt}};
  model.initial = Eigen::VectorXd::Ones(1);
  model.transition = Eigen::MatrixXd::Zero(1, 1);
  return model;
}

RailPowerModel OneClass(const Hsmm& hsmm, const LevelLaw& level) {
  return {.classes = {{.hsmm = hsmm, .level = level}}, .provenance = ""};
}

constexpr std::size_t kFast = 0, kSlow = 1;

// Rails of 30 and 100 W; seconds per token 0.02, 0.03, 0.05 (fast) and twice as much (slow).
DeviceProfile TwoRails() {
  DeviceProfile profile;
  profile.name = "toy";
  profile.emission_interval_s = 0.1;
  profile.rails = {{.name = "cpu", .idle_w = 7, .idle_provenance = ""},
                   {.name = "gpu", .idle_w = 20, .idle_provenance = ""}};
  for (const double scale : {1.0, 2.0}) {
    ActionProfile action;
    action.latency =
        TokenLatency{.seconds_per_output_token = {0.02 * scale, 0.03 * scale, 0.05 * scale},
                     .output_tokens = {100, 300, 600},
                     .request_class = {0, 0, 0},
                     .provenance = ""};
    action.rails = {OneClass(Steady(30), {.shared_w = 2, .own_w = 0}),
                    OneClass(Steady(100), {.shared_w = -3, .own_w = 0})};
    profile.actions.push_back(action);
  }
  return profile;
}

Execution Executed(const EdgeDevice& device, std::uint32_t request, ActionId action = 0,
                   std::uint32_t tokens = 100) {
  Execution out;
  device.Execute({.index = request}, action, {.output_tokens = tokens},
                 Noise{.seed = 7, .entity = request}, out);
  return out;
}

TEST(EdgeDevice, InfoIsTheProfiles) {
  const EdgeDevice device(TwoRails(), {kFast}, true);
  EXPECT_THAT(device.Info().rails, ElementsAre("cpu", "gpu"));
  EXPECT_THAT(device.Info().idle_w, ElementsAre(7, 20, 0, 0));
  EXPECT_EQ(device.Info().emission_interval, Duration(100ms));
}

TEST(EdgeDevice, IdlePowerIsZeroWhereItDoesNotCount) {
  EXPECT_THAT(EdgeDevice(TwoRails(), {kFast}, false).Info().idle_w, ElementsAre(0, 0, 0, 0));
}

TEST(EdgeDevice, UnknownIdlePowerCannotCount) {
  DeviceProfile profile = TwoRails();
  profile.rails[1].idle_w.reset();
  EXPECT_NO_THROW(EdgeDevice(profile, {kFast}, false));
  try {
    const EdgeDevice device(profile, {kFast}, true);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("'toy'"), HasSubstr("'gpu'")));
  }
}

TEST(EdgeDevice, DurationIsTokensTimesSecondsPerToken) {
  const EdgeDevice device(TwoRails(), {kFast}, false);
  bool seen[3] = {};
  for (std::uint32_t i = 0; i < 200; ++i) {
    for (const std::uint32_t tokens : {1U, 100U, 250U}) {
      const Duration duration = Executed(device, i, 0, tokens).duration;
      bool found = false;
      for (std::size_t k = 0; k < 3; ++k) {
        const double seconds_per_token[] = {0.02, 0.03, 0.05};
        if (duration == FromSeconds(tokens * seconds_per_token[k])) found = seen[k] = true;
      }
      EXPECT_TRUE(found) << InSeconds(duration) << " s";
    }
  }
  EXPECT_THAT(seen, ElementsAre(true, true, true));
}

TEST(EdgeDevice, LatenciesAreDrawnByTheirTokens) {
  const EdgeDevice device(TwoRails(), {kFast}, false);
  std::vector<std::uint64_t> counts(3);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const Duration duration = Executed(device, i).duration;
    ++counts[duration == Duration(2s) ? 0 : duration == Duration(3s) ? 1 : 2];
  }
  EXPECT_GT(ChiSquarePValue(counts, std::vector{0.1, 0.3, 0.6}), kSmallestPValue);
}

// The same request under another action is late where it was late.
TEST(EdgeDevice, ActionsAreComonotoneInLatency) {
  const EdgeDevice device(TwoRails(), {kFast, kSlow}, false);
  for (std::uint32_t i = 0; i < 200; ++i) {
    EXPECT_EQ(Executed(device, i, 1).duration, 2 * Executed(device, i, 0).duration);
  }
}

// Actions with different laws: the order of any two requests is the same under both.
TEST(EdgeDevice, ActionsWithDifferentLawsAreComonotoneInLatency) {
  DeviceProfile profile = TwoRails();
  profile.actions[kSlow].latency =
      TokenLatency{.seconds_per_output_token = {0.04, 0.05, 0.07, 0.08},
                   .output_tokens = {50, 50, 300, 200},
                   .request_class = {0, 0, 0, 0},
                   .provenance = ""};
  const EdgeDevice device(profile, {kFast, kSlow}, false);
  std::vector<std::pair<Duration, Duration>> durations;
  for (std::uint32_t i = 0; i < 150; ++i)
    durations.emplace_back(Executed(device, i, 0).duration, Executed(device, i, 1).duration);
  for (const auto& a : durations) {
    for (const auto& b : durations) {
      if (a.first < b.first) {
        EXPECT_LE(a.second, b.second);
      }
    }
  }
}

TEST(EdgeDevice, ActionsAreInTheOrderAskedFor) {
  const EdgeDevice device(TwoRails(), {kSlow, kFast}, false);
  EXPECT_EQ(Executed(device, 1, 0).duration, 2 * Executed(device, 1, 1).duration);
}

TEST(EdgeDevice, TicksAreOneIntervalAndTheLastIsWhatIsLeft) {
  DeviceProfile profile = TwoRails();
  profile.actions[kFast].latency = TokenLatency{.seconds_per_output_token = {0.01},
                                                .output_tokens = {1},
                                                .request_class = {0},
                                                .provenance = ""};
  const EdgeDevice device(profile, {kFast}, false);
  for (std::uint32_t tokens = 0; tokens <= 60; ++tokens) {
    const Execution out = Executed(device, 1, 0, tokens);
    EXPECT_EQ(out.duration, tokens * Duration(10ms));
    EXPECT_EQ(out.segments.size(), (tokens + 9) / 10);
    Duration sum{};
    for (std::size_t t = 0; t < out.segments.size(); ++t) {
      const Duration length = out.segments[t].length;
      sum += length;
      if (t + 1 < out.segments.size()) {
        EXPECT_EQ(length, Duration(100ms));
      } else {
        EXPECT_GT(length, Duration(0));
        EXPECT_LE(length, Duration(100ms));
      }
    }
    EXPECT_EQ(sum, out.duration);
  }
}

TEST(EdgeDevice, BuffersAreReusedWithoutATrace) {
  const EdgeDevice device(TwoRails(), {kFast, kSlow}, false);
  const Execution fresh = Executed(device, 5);
  Execution reused = Executed(device, 6, 1, 1000);
  reused.clamped = 99;
  device.Execute({.index = 5}, 0, {.output_tokens = 100}, Noise{.seed = 7, .entity = 5}, reused);
  ASSERT_EQ(reused.segments.size(), fresh.segments.size());
  EXPECT_EQ(reused.duration, fresh.duration);
  EXPECT_EQ(reused.clamped, fresh.clamped);
  for (std::size_t t = 0; t < fresh.segments.size(); ++t) {
    EXPECT_EQ(reused.segments[t].length, fresh.segments[t].length);
    EXPECT_EQ(reused.segments[t].rail_w, fresh.segments[t].rail_w);
  }
}

TEST(EdgeDevice, UnusedRailsDrawNothing) {
  const EdgeDevice device(TwoRails(), {kFast}, false);
  for (const PowerSegment& segment : Executed(device, 1).segments) {
    EXPECT_GT(segment.rail_w[0], 0);
    EXPECT_GT(segment.rail_w[1], 0);
    EXPECT_EQ(segment.rail_w[2], 0);
    EXPECT_EQ(segment.rail_w[3], 0);
  }
}

// Level of a request on both rails, from its first tick.
std::pair<double, double> Levels(const EdgeDevice& device, std::uint32_t request,
                                 ActionId action = 0) {
  const RailPower w = Executed(device, request, action).segments[0].rail_w;
  return {w[0] - 30, w[1] - 100};
}

TEST(EdgeDevice, SharedLevelIsOneDrawForAllRails) {
  const EdgeDevice device(TwoRails(), {kFast}, false);
  double largest = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const auto [cpu, gpu] = Levels(device, i);
    EXPECT_NEAR(cpu / 2, gpu / -3, 1e-5);  // the emission's own deviation is 1e-6 W
    largest = std::max(largest, std::abs(cpu));
  }
  EXPECT_GT(largest, 2);  // some beyond one standard deviation
}

TEST(EdgeDevice, LevelHoldsForTheWholeRequest) {
  const EdgeDevice device(TwoRails(), {kFast}, false);
  const Execution out = Executed(device, 3);
  for (const PowerSegment& s : out.segments)
    EXPECT_NEAR(s.rail_w[0], out.segments[0].rail_w[0], 1e-4);
}

TEST(EdgeDevice, LevelIsTheSameUnderEveryAction) {
  const EdgeDevice device(TwoRails(), {kFast, kSlow}, false);
  for (std::uint32_t i = 0; i < 50; ++i) {
    EXPECT_NEAR(Levels(device, i, 0).first, Levels(device, i, 1).first, 1e-4);
  }
}

// N(0, shared^2 + own^2) on each rail, covariance the product of the shared parts.
TEST(EdgeDevice, OwnLevelsAreIndependentOfEachOther) {
  DeviceProfile profile = TwoRails();
  profile.actions[kFast].rails[0].classes[0].level = {.shared_w = 1.5, .own_w = 2};
  profile.actions[kFast].rails[1].classes[0].level = {.shared_w = -3, .own_w = 4};
  const EdgeDevice device(profile, {kFast}, false);
  constexpr int kRequests = 20'000;
  double cpu_sum = 0, gpu_sum = 0, cpu_squares = 0, gpu_squares = 0, products = 0;
  for (std::uint32_t i = 0; i < kRequests; ++i) {
    const auto [cpu, gpu] = Levels(device, i);
    cpu_sum += cpu;
    gpu_sum += gpu;
    cpu_squares += cpu * cpu;
    gpu_squares += gpu * gpu;
    products += cpu * gpu;
  }
  const double per_se = 4.5 / std::sqrt(kRequests), cpu_sd = 2.5, gpu_sd = 5;
  EXPECT_NEAR(cpu_sum / kRequests, 0, cpu_sd * per_se);
  EXPECT_NEAR(gpu_sum / kRequests, 0, gpu_sd * per_se);
  EXPECT_NEAR(cpu_squares / kRequests, cpu_sd * cpu_sd, cpu_sd * cpu_sd * std::sqrt(2.0) * per_se);
  EXPECT_NEAR(gpu_squares / kRequests, gpu_sd * gpu_sd, gpu_sd * gpu_sd * std::sqrt(2.0) * per_se);
  // Variance of a product of two normals: (s1 s2)^2 + covariance^2.
  EXPECT_NEAR(products / kRequests, -4.5, std::hypot(cpu_sd * gpu_sd, 4.5) * per_se);
}

TEST(EdgeDevice, ClampedDrawsOfAllRailsAreCounted) {
  DeviceProfile profile = TwoRails();
  for (RailPowerModel& rail : profile.actions[kFast].rails) {
    rail = OneClass(Steady(0, 5), {});
  }
  const EdgeDevice device(profile, {kFast}, false);
  const Execution out = Executed(device, 2, 0, 1000);
  std::uint32_t zeros = 0;
  for (const PowerSegment& s : out.segments) zeros += (s.rail_w[0] == 0) + (s.rail_w[1] == 0);
  EXPECT_EQ(out.clamped, zeros);
  EXPECT_GT(zeros, out.segments.size() / 2);  // half of all draws on each of two rails
}

// A fast kind of request around 40 W and a slow one around 60 W; the other rail knows no kinds.
DeviceProfile TwoClasses() {
  DeviceProfile profile = TwoRails();
  ActionProfile& action = profile.actions[kFast];
  action.classes = 2;
  action.latency->request_class = {0, 1, 0};
  action.rails[0] = OneClass(Steady(30), {});
  action.rails[1] = OneClass(Steady(40), {});
  action.rails[1].classes.push_back({.hsmm = Steady(60), .level = {}});
  return profile;
}

TEST(EdgeDevice, LatencyAndPathComeFromTheSameClass) {
  const EdgeDevice device(TwoClasses(), {kFast}, false);
  int of_class[2] = {};
  for (std::uint32_t i = 0; i < 300; ++i) {
    const Execution out = Executed(device, i);
    const std::size_t request_class = out.duration == Duration(3s) ? 1 : 0;
    ++of_class[request_class];
    for (const PowerSegment& s : out.segments) {
      EXPECT_NEAR(s.rail_w[0], 30, 1e-4);
      EXPECT_NEAR(s.rail_w[1], request_class == 0 ? 40 : 60, 1e-4);
    }
  }
  EXPECT_GT(of_class[0], 100);  // seven of ten by their tokens
  EXPECT_GT(of_class[1], 50);
}

TEST(EdgeDevice, EachClassHasItsLevel) {
  DeviceProfile profile = TwoClasses();
  profile.actions[kFast].rails[1].classes[0].level = {.shared_w = 1, .own_w = 0};
  profile.actions[kFast].rails[1].classes[1].level = {.shared_w = -2, .own_w = 0};
  profile.actions[kFast].rails[0].classes[0].level = {.shared_w = 1, .own_w = 0};
  const EdgeDevice device(profile, {kFast}, false);
  for (std::uint32_t i = 0; i < 100; ++i) {
    const Execution out = Executed(device, i);
    const double shared = out.segments[0].rail_w[0] - 30;
    const bool slow = out.duration == Duration(3s);
    EXPECT_NEAR(out.segments[0].rail_w[1], slow ? 60 - 2 * shared : 40 + shared, 1e-4);
  }
}

TEST(EdgeDevice, AnActionWithoutLatencyCannotRun) {
  DeviceProfile profile = TwoRails();
  profile.actions[kSlow].spec.name = "silent-q4";
  profile.actions[kSlow].latency.reset();
  EXPECT_NO_THROW(EdgeDevice(profile, {kFast}, false));  // not asked for
  try {
    const EdgeDevice device(profile, {kFast, kSlow}, false);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("'toy'"), HasSubstr("'silent-q4'"), HasSubstr("no latency")));
  }
}

TEST(EdgeDevice, EmissionNoiseDiffersBetweenRails) {
  DeviceProfile profile = TwoRails();
  for (RailPowerModel& rail : profile.actions[kFast].rails) {
    rail = OneClass(Steady(50, 1), {});
  }
  const EdgeDevice device(profile, {kFast}, false);
  for (const PowerSegment& s : Executed(device, 2).segments) EXPECT_NE(s.rail_w[0], s.rail_w[1]);
}

}  // namespace
}  // namespace edgesim
