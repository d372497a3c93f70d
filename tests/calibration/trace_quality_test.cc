// The sensor's step and refresh, held values, and recordings that would mislead.
#include "calibration/trace_quality.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kRounding = 1e-9;

// A signal that never stands still, read every 0.2 s through `sensor`.
PowerTrace Recorded(std::size_t samples, const std::function<double(double)>& sensor) {
  PowerTrace trace{.name = "f", .rails = {"gpu"}, .rail_w = {{}}};
  for (std::size_t i = 0; i < samples; ++i) {
    trace.t_s.push_back(0.2 * static_cast<double>(i));
    trace.rail_w[0].push_back(sensor(trace.t_s.back()));
    trace.group.emplace_back();
  }
  return trace;
}
double Signal(double t_s) { return 20 + 7 * std::sin(1.3 * t_s) + 2 * std::sin(9.7 * t_s); }

RailQuality Assess(const PowerTrace& trace) { return AssessRail(trace.t_s, trace.rail_w[0]); }

TEST(AssessRailTest, ASensorThatIsReadFasterThanItRefreshes) {
  for (const double refresh_s : {0.5, 1.0, 1.7}) {
    const RailQuality quality =
        Assess(Recorded(1000, [&](double t) { return Signal(std::floor(t / refresh_s + 1e-6)); }));
    EXPECT_TRUE(quality.held) << refresh_s;
    EXPECT_NEAR(quality.refresh_s, refresh_s, 0.02 * refresh_s);
    EXPECT_NEAR(quality.repeat_share, 1 - 0.2 / refresh_s, 0.02);
  }
}

TEST(AssessRailTest, AValueThatRepeatsItselfDoesNotLengthenTheRefresh) {
  // Whole watts, so that every few refreshes bring the same value again.
  const RailQuality quality =
      Assess(Recorded(2000, [](double t) { return std::round(Signal(std::floor(t + 1e-6)) / 4); }));
  EXPECT_TRUE(quality.held);
  EXPECT_NEAR(quality.refresh_s, 1, 0.02);
  EXPECT_EQ(quality.quantum_w, 1);
}

TEST(AssessRailTest, ASteadyRailInCoarseStepsIsNotHeld) {
  const RailQuality quality = Assess(Recorded(1000, [](double t) {
    return 0.0397 * std::round((std::fmod(t, 20) < 15 ? 6 : Signal(t)) / 0.0397);
  }));
  EXPECT_GT(quality.repeat_share, 0.5);
  EXPECT_FALSE(quality.held);
  EXPECT_NEAR(quality.refresh_s, 0.2, kRounding);
}

TEST(AssessRailTest, Quanta) {
  const auto quantum = [](double step) {
    return Assess(Recorded(2000,
                           [&](double t) {
                             return step > 0 ? step * std::round((6 + 0.1 * Signal(t)) / step)
                                             : Signal(t);
                           }))
        .quantum_w;
  };
  EXPECT_EQ(quantum(0), 0);
  EXPECT_NEAR(quantum(0.0397), 0.0397, 1e-4);
  EXPECT_NEAR(quantum(0.01), 0.01, kRounding);
  EXPECT_NEAR(quantum(0.125), 0.125, kRounding);
}

TEST(AssessRailTest, TooLittleGivesNothing) {
  EXPECT_EQ(AssessRail({}, {}).refresh_s, 0);
  EXPECT_EQ(AssessRail(std::vector{1.0}, std::vector{1.0}).quantum_w, 0);
}

TEST(WithoutHeldValuesTest, OneSamplePerRefresh) {
  const PowerTrace held = Recorded(1000, [](double t) { return Signal(std::floor(t + 1e-6)); });
  const PowerTrace cleaned = WithoutHeldValues(held);
  ASSERT_EQ(cleaned.t_s.size(), 200U);
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_NEAR(cleaned.t_s[i], static_cast<double>(i), kRounding);
    EXPECT_EQ(cleaned.rail_w[0][i], Signal(static_cast<double>(i)));
  }
  EXPECT_THAT(cleaned.notes, Contains("800 of 1000 samples dropped that repeat a held value"));
}

TEST(WithoutHeldValuesTest, AValueThatStandsLongerIsKeptOncePerRefresh) {
  const PowerTrace cleaned = WithoutHeldValues(Recorded(
      1000, [](double t) { return t > 39.9 && t < 44.9 ? 7 : Signal(std::floor(t + 1e-6)); }));
  ASSERT_EQ(cleaned.t_s.size(), 200U);
  for (std::size_t i = 40; i < 45; ++i) {
    EXPECT_NEAR(cleaned.t_s[i], static_cast<double>(i), kRounding);
    EXPECT_EQ(cleaned.rail_w[0][i], 7);
  }
}

TEST(WithoutHeldValuesTest, TheFastestRailDecides) {
  PowerTrace trace = Recorded(1000, [](double t) { return Signal(std::floor(t + 1e-6)); });
  trace.rails.push_back("cpu");
  trace.rail_w.push_back(Recorded(1000, [](double t) { return Signal(t); }).rail_w[0]);
  EXPECT_EQ(WithoutHeldValues(trace).t_s.size(), 1000U);
  trace.rail_w[1] =
      Recorded(1000, [](double t) { return Signal(std::floor(2 * t + 1e-6)); }).rail_w[0];
  const PowerTrace cleaned = WithoutHeldValues(trace);
  EXPECT_NEAR(static_cast<double>(cleaned.t_s.size()), 400, 1);
  EXPECT_THAT(cleaned.notes, Contains(HasSubstr("gpu: still repeats, it refreshes every 1 s")));
}

TEST(WithoutHeldValuesTest, TimeStrictlyIncreasesWithinEachGroup) {
  PowerTrace trace = Recorded(6, Signal);
  trace.t_s = {0, 0, 0.2, 0.1, 0.1, 0.3};
  trace.group = {"a", "a", "a", "b", "b", "a"};
  const PowerTrace cleaned = WithoutHeldValues(trace);
  EXPECT_THAT(cleaned.t_s, ElementsAre(0, 0.2, 0.1, 0.3));
  EXPECT_THAT(cleaned.group, ElementsAre("a", "a", "b", "a"));
  EXPECT_THAT(cleaned.notes, Contains("2 samples dropped at the time of another"));
}

std::string Refusal(const std::function<void(PowerTrace&)>& spoil) {
  PowerTrace trace = Recorded(100, Signal);
  spoil(trace);
  try {
    RefuseMisleading(trace);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(RefuseMisleadingTest, SaysWhy) {
  EXPECT_EQ(Refusal([](PowerTrace&) {}), "no error");
  EXPECT_EQ(Refusal([](PowerTrace& t) { t = {.name = "f"}; }), "f: no samples");
  EXPECT_EQ(Refusal([](PowerTrace& t) { t = Recorded(19, Signal); }),
            "f: 19 samples, at least 20 are needed");
  EXPECT_EQ(Refusal([](PowerTrace& t) { t.rail_w[0].assign(100, 5); }),
            "f: gpu is constant, 5 W: nothing was measured; leave the rail out");
  EXPECT_EQ(Refusal([](PowerTrace& t) { t.t_s[7] = 0.5; }), "f: sample 8: time goes back to 0.5 s");
  EXPECT_EQ(Refusal([](PowerTrace& t) { t.t_s[7] = std::nan(""); }),
            "f: sample 8: time is not finite");
  EXPECT_EQ(
      Refusal([](PowerTrace& t) { t.rail_w[0][5] = std::numeric_limits<double>::infinity(); }),
      "f: gpu, t = 1 s: power is not finite");
  EXPECT_EQ(Refusal([](PowerTrace& t) { t.rail_w[0][5] = -1; }),
            "f: gpu, t = 1 s: -1 W is negative; a rail that only draws power is expected");
  EXPECT_EQ(
      Refusal([](PowerTrace& t) { t.rail_w[0][5] = 5971; }),
      "f: gpu, t = 1 s: 5971 W, allowed: 0 to 5000; is the column in mW? Then name it gpu_mw");
  EXPECT_THAT(Refusal([](PowerTrace& t) {
                for (std::size_t i = 50; i < 100; ++i) t.rail_w[0][i] *= 1000;
              }),
              HasSubstr("f: gpu, t = 10 s: jumps from "));
  EXPECT_EQ(Refusal([](PowerTrace& t) {
              t.rails.push_back("gpu");
              t.rail_w.push_back(t.rail_w[0]);
            }),
            "f: rail 'gpu' stands twice");
}

TEST(RefuseMisleadingTest, GroupsMayBeginAgainAndASpikeIsNoUnit) {
  EXPECT_EQ(Refusal([](PowerTrace& t) {
              for (std::size_t i = 50; i < 100; ++i) {
                t.t_s[i] -= 10;
                t.group[i] = "second";
              }
            }),
            "no error");
  EXPECT_EQ(Refusal([](PowerTrace& t) { t.rail_w[0][50] = 0.02; }), "no error");
}

}  // namespace
}  // namespace edgesim
