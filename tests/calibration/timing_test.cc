#include "calibration/timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace edgesim {
namespace {

// A machine in which run i takes seconds[i mod n] and others take `stolen[i]` meanwhile.
struct FakeMachine {
  std::vector<double> run_s;
  std::vector<double> stolen;
  double now = 100, stolen_total = 0, waited = 0;
  std::size_t runs = 0;

  HostClock Clock() {
    return {[this] { return now; }, [this] { return stolen_total; }, [this] { return waited; },
            [this] { return 0.25 * now; }};
  }
  void Run() {
    now += run_s[runs % run_s.size()];
    if (runs < stolen.size()) stolen_total += stolen[runs];
    ++runs;
  }
};

TEST(Timing, SummaryIsMedianAndRelativeQuartileRange) {
  const Timing timing = Summarise({5, 1, 2, 4, 3});
  EXPECT_EQ(timing.median_s, 3);
  EXPECT_EQ(timing.spread, 2.0 / 3);  // quartiles 2 and 4
  EXPECT_EQ(timing.runs, 5U);
  EXPECT_EQ(Summarise({1, 2}).median_s, 1.5);
}

TEST(Timing, RunsUntilTheRoundIsLongEnough) {
  FakeMachine machine{.run_s = {0.01}};
  Stopwatch watch(machine.Clock(), {.least_runs = 3, .round_s = 0.095}, 1);
  const Timing timing = watch.Time("a run", [&](std::size_t i) {
    EXPECT_EQ(i, machine.runs);
    machine.Run();
  });
  EXPECT_NEAR(timing.median_s, 0.01, 1e-12);
  EXPECT_EQ(timing.runs, 10U);
  EXPECT_EQ(machine.runs, 11U);  // and one to warm up
  EXPECT_EQ(watch.tally().disturbed, 0U);
}

TEST(Timing, ADisturbedRoundIsRepeatedAndCounted) {
  FakeMachine machine{.run_s = {0.1}, .stolen = {0, 0.05}};
  Stopwatch watch(machine.Clock(), {.least_runs = 4, .round_s = 0.1, .disturbed = 0.05}, 1);
  watch.Time("a run", [&](std::size_t) { machine.Run(); });
  EXPECT_EQ(watch.tally().rounds, 2U);
  EXPECT_EQ(watch.tally().disturbed, 1U);
  EXPECT_EQ(machine.runs, 9U);
}

TEST(Timing, WaitingForACpuIsADisturbanceEvenOfAMillisecond) {
  FakeMachine machine{.run_s = {0.01}};
  Stopwatch watch(machine.Clock(), {.least_runs = 2, .round_s = 0.001}, 2);
  watch.Time("a run", [&](std::size_t) {
    if (machine.runs == 2) machine.waited += 0.002;  // of 2 threads x 0.02 s: 5 %
    machine.Run();
  });
  EXPECT_EQ(watch.tally().disturbed, 1U);
  EXPECT_EQ(watch.tally().rounds, 2U);
  EXPECT_NEAR(watch.tally().seconds, 0.04, 1e-9);
  EXPECT_NEAR(watch.tally().others_s, 0.01, 1e-9);
}

TEST(Timing, AMachineThatIsNeverQuietIsRefused) {
  FakeMachine machine{.run_s = {0.1}, .stolen = std::vector<double>(100, 0.05)};
  Stopwatch watch(machine.Clock(), {.least_runs = 4, .round_s = 0.1, .retries = 2}, 1);
  EXPECT_THAT([&] { watch.Time("the product", [&](std::size_t) { machine.Run(); }); },
              testing::ThrowsMessage<ContentionError>(
                  "the machine is not quiet: others took up to 50 % of the CPU time while the "
                  "product was measured, 3 times in a row; allowed: 4 %"));
}

TEST(Timing, OfRoundsThatAreAllSpreadTheLeastSpreadCounts) {
  FakeMachine machine{.run_s = {1, 1, 9, 1, 9, 1, 2, 1, 2, 1, 9, 1, 9}};
  Stopwatch watch(machine.Clock(), {.least_runs = 4, .round_s = 0.1, .retries = 2, .spread = 0.1},
                  1);
  const Timing timing = watch.Time("a run", [&](std::size_t) { machine.Run(); });
  EXPECT_EQ(timing.median_s, 1.5);  // runs 5..8
  EXPECT_EQ(watch.tally().spread_wide, 3U);
}

}  // namespace
}  // namespace edgesim
