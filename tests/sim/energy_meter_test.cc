// Tests of sim/energy_meter.h: exact integrals and the instant at which a limit stops a run.
#include "sim/energy_meter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <vector>

#include "sim/rng.h"

namespace edgesim {
namespace {

using namespace std::chrono_literals;
using Stop = Metered::Stop;
constexpr Duration kForever = Duration::max();

PowerSegment Flat(double watts, Duration length) { return {.length = length, .rail_w = {watts}}; }

DeviceInfo OneRail(double idle_w = 0) {
  return {.rails = {"toy"}, .idle_w = {idle_w}, .emission_interval = 20ms};
}

EnergyMeter Meter(double budget_j, std::optional<PowerCap> cap = std::nullopt, double idle_w = 0) {
  return EnergyMeter(Limits{.budget = {.limit = Joules(budget_j)}, .cap = cap}, OneRail(idle_w));
}

TEST(EnergyMeter, IntegratesSegments) {
  EnergyMeter meter = Meter(100);
  const Metered run =
      meter.Run(std::vector{Flat(10, 1s), Flat(4, 500ms), Flat(0, 2s), Flat(8, 250ms)}, kForever);
  EXPECT_EQ(run.stop, Stop::kEnd);
  EXPECT_EQ(run.length, Duration(3750ms));
  EXPECT_EQ(run.energy, Joules(14));
  EXPECT_EQ(run.peak, Watts(10));
  EXPECT_FALSE(run.cap_exceeded);
  EXPECT_EQ(meter.Spent(), Joules(14));
  EXPECT_EQ(meter.Left(), Joules(86));
}

TEST(EnergyMeter, NoSegmentsAreNoEnergy) {
  EnergyMeter meter = Meter(100);
  const Metered run = meter.Run({}, kForever);
  EXPECT_EQ(run.stop, Stop::kEnd);
  EXPECT_EQ(run.length, Duration(0));
  EXPECT_EQ(meter.Spent(), Joules(0));
}

TEST(EnergyMeter, CarriesTheBudgetFromRunToRun) {
  EnergyMeter meter = Meter(25);
  EXPECT_EQ(meter.Run(std::vector{Flat(10, 1s)}, kForever).stop, Stop::kEnd);
  EXPECT_EQ(meter.Run(std::vector{Flat(10, 1s)}, kForever).stop, Stop::kEnd);
  const Metered cut = meter.Run(std::vector{Flat(10, 1s)}, kForever);
  EXPECT_EQ(cut.stop, Stop::kBudget);
  EXPECT_EQ(cut.length, Duration(500ms));
  EXPECT_EQ(cut.energy, Joules(5));
  EXPECT_EQ(meter.Spent(), Joules(25));
  EXPECT_EQ(meter.Left(), Joules(0));
}

TEST(EnergyMeter, CrossingIsFoundInsideTheSegmentThatCrosses) {
  EnergyMeter meter = Meter(17);
  const Metered cut = meter.Run(std::vector{Flat(10, 1s), Flat(4, 1s), Flat(8, 1s)}, kForever);
  EXPECT_EQ(cut.stop, Stop::kBudget);
  EXPECT_EQ(cut.length, Duration(2375ms));
  EXPECT_EQ(cut.energy, Joules(17));
}

TEST(EnergyMeter, CrossingBetweenNanosecondsIsRoundedUp) {
  EnergyMeter meter = Meter(1);
  const Metered cut = meter.Run(std::vector{Flat(3, 1s)}, kForever);
  EXPECT_EQ(cut.length, Duration(333'333'334ns));
  EXPECT_EQ(cut.energy, Joules(1));
}

TEST(EnergyMeter, BudgetUsedExactlyAtTheEndIsNoCrossing) {
  EnergyMeter meter = Meter(14);
  const Metered run = meter.Run(std::vector{Flat(10, 1s), Flat(4, 1s)}, kForever);
  EXPECT_EQ(run.stop, Stop::kEnd);
  EXPECT_EQ(run.length, Duration(2s));
  EXPECT_EQ(meter.Left(), Joules(0));
}

TEST(EnergyMeter, BudgetUsedExactlyAtTheEndIsNoCrossingForAnyWholeSeconds) {
  for (int s = 1; s <= 200; ++s) {
    EnergyMeter meter = Meter(10.0 * s);
    ASSERT_EQ(meter.Run(std::vector{Flat(10, std::chrono::seconds(s))}, kForever).stop, Stop::kEnd)
        << s << " s";
  }
}

TEST(EnergyMeter, NothingLeftStopsAtTheNextPositivePower) {
  EnergyMeter meter = Meter(10);
  const Metered cut = meter.Run(std::vector{Flat(10, 1s), Flat(0, 2s), Flat(5, 1s)}, kForever);
  EXPECT_EQ(cut.stop, Stop::kBudget);
  EXPECT_EQ(cut.length, Duration(3s));
  EXPECT_EQ(cut.energy, Joules(10));
}

TEST(EnergyMeter, StopsAtTheGivenTime) {
  EnergyMeter meter = Meter(100);
  const Metered cut = meter.Run(std::vector{Flat(10, 1s), Flat(4, 1s), Flat(8, 1s)}, 1500ms);
  EXPECT_EQ(cut.stop, Stop::kTime);
  EXPECT_EQ(cut.length, Duration(1500ms));
  EXPECT_EQ(cut.energy, Joules(12));
}

TEST(EnergyMeter, EndingAtTheGivenTimeIsAnEnd) {
  EnergyMeter meter = Meter(100);
  EXPECT_EQ(meter.Run(std::vector{Flat(10, 1s)}, 1s).stop, Stop::kEnd);
}

TEST(EnergyMeter, BudgetBeforeTheGivenTimeWins) {
  EnergyMeter meter = Meter(5);
  EXPECT_EQ(meter.Run(std::vector{Flat(10, 1s)}, 600ms).stop, Stop::kBudget);
  EnergyMeter other = Meter(5);
  EXPECT_EQ(other.Run(std::vector{Flat(10, 1s)}, 400ms).stop, Stop::kTime);
}

// A segment that did not run has no part in the run's figures.
TEST(EnergyMeter, PeakIsOfWhatRan) {
  EnergyMeter by_time = Meter(100);
  EXPECT_EQ(by_time.Run(std::vector{Flat(10, 1s), Flat(90, 1s)}, 1s).peak, Watts(10));
  EnergyMeter by_budget = Meter(10);
  EXPECT_EQ(by_budget.Run(std::vector{Flat(10, 1s), Flat(90, 1s)}, kForever).peak, Watts(10));
  EnergyMeter both = Meter(100);
  EXPECT_EQ(both.Run(std::vector{Flat(10, 1s), Flat(90, 1s)}, 1001ms).peak, Watts(90));
}

TEST(EnergyMeter, PeakAndEnergyAreOfAllRails) {
  EnergyMeter meter = Meter(100);
  const PowerSegment two_rails{.length = 1s, .rail_w = {3, 4}};
  const Metered run = meter.Run(std::vector{two_rails, Flat(5, 1s)}, kForever);
  EXPECT_EQ(run.energy, Joules(12));
  EXPECT_EQ(run.peak, Watts(7));
}

// Crossing to the nanosecond: before it the energy is within the budget, at it it is not below.
TEST(PropertyEnergyMeter, CrossingIsTheFirstNanosecondThatUsesTheBudgetUp) {
  WordStream words = Noise{.seed = 1}.Words(Stream::kAnswer);
  int crossed = 0;
  for (int run = 0; run < 2000; ++run) {
    std::vector<PowerSegment> segments;
    for (int i = 0; i < 20; ++i) {
      segments.push_back(
          Flat(UniformIndex(words, 100), Duration(1 + UniformIndex(words, 200'000'000))));
    }
    const double budget_j = 0.5 + 150 * Uniform01(words);
    EnergyMeter meter = Meter(budget_j);
    const Metered cut = meter.Run(segments, kForever);
    const auto energy_until = [&](Duration end) {  // W ns: exact in integers
      std::int64_t sum = 0;
      for (const PowerSegment& s : segments) {
        const Duration length = std::min(s.length, end);
        sum += static_cast<std::int64_t>(s.rail_w[0]) * length.count();
        end -= length;
      }
      return static_cast<double>(sum) * 1e-9;
    };
    // 20 additions and products, each off by 2^-53 of at most 150 J.
    constexpr double kRounding = 1e-12;
    if (cut.stop == Stop::kBudget) {
      ++crossed;
      EXPECT_GE(energy_until(cut.length), budget_j - kRounding);
      EXPECT_LE(energy_until(cut.length - 1ns), budget_j + kRounding);
      EXPECT_EQ(meter.Left().value(), 0);
    } else {
      EXPECT_EQ(cut.stop, Stop::kEnd);
      EXPECT_NEAR(cut.energy.value(), energy_until(cut.length), kRounding);
      EXPECT_LE(cut.energy.value(), budget_j);
    }
  }
  EXPECT_GT(crossed, 500);
  EXPECT_LT(crossed, 1990);
}

PowerCap Cap(double limit_w, Duration window, CapMode mode, std::uint32_t rails = kAllRails) {
  return {.limit = Watts(limit_w), .window = window, .mode = mode, .rails = rails};
}

TEST(EnergyMeterCap, ObservingChangesNothingElse) {
  const std::vector segments{Flat(10, 1s), Flat(60, 1s), Flat(10, 1s)};
  EnergyMeter with = Meter(1000, Cap(50, 20ms, CapMode::kObserve)), without = Meter(1000);
  const Metered watched = with.Run(segments, kForever), plain = without.Run(segments, kForever);
  EXPECT_TRUE(watched.cap_exceeded);
  EXPECT_EQ(watched.stop, Stop::kEnd);
  EXPECT_EQ(watched.length, plain.length);
  EXPECT_EQ(watched.energy, plain.energy);
  EXPECT_EQ(watched.peak, plain.peak);
  EXPECT_FALSE(plain.cap_exceeded);
}

TEST(EnergyMeterCap, TerminatesAtTheStartOfTheSegmentThatIsTooHigh) {
  EnergyMeter meter = Meter(1000, Cap(50, 20ms, CapMode::kTerminate));
  const Metered cut = meter.Run(std::vector{Flat(10, 1s), Flat(60, 1s), Flat(10, 1s)}, kForever);
  EXPECT_TRUE(cut.cap_exceeded);
  EXPECT_EQ(cut.stop, Stop::kCap);
  EXPECT_EQ(cut.length, Duration(1s));
  EXPECT_EQ(cut.energy, Joules(10));
  EXPECT_EQ(meter.Spent(), Joules(10));
}

TEST(EnergyMeterCap, TerminatesWhereTheWindowMeanPasses) {
  EnergyMeter meter = Meter(1000, Cap(50, 1s, CapMode::kTerminate), 20);
  const Metered cut = meter.Run(std::vector{Flat(20, 1s), Flat(80, 2s)}, kForever);
  EXPECT_EQ(cut.stop, Stop::kCap);
  EXPECT_EQ(cut.length, Duration(1500ms));
  EXPECT_EQ(cut.energy, Joules(60));
}

TEST(EnergyMeterCap, WindowReachesBackIntoTheRunBefore) {
  EnergyMeter meter = Meter(1000, Cap(50, 1s, CapMode::kTerminate));
  EXPECT_EQ(meter.Run(std::vector{Flat(80, 500ms)}, kForever).stop, Stop::kEnd);
  const Metered cut = meter.Run(std::vector{Flat(80, 500ms)}, kForever);
  EXPECT_EQ(cut.stop, Stop::kCap);
  EXPECT_EQ(cut.length, Duration(125ms));
}

TEST(EnergyMeterCap, BudgetAheadOfTheCapStopsFirst) {
  EnergyMeter meter = Meter(20, Cap(50, 1s, CapMode::kTerminate));
  const Metered cut =
      meter.Run(std::vector{Flat(80, 2s)}, kForever);  // cap at 0.625 s, budget at 0.25 s
  EXPECT_EQ(cut.stop, Stop::kBudget);
  EXPECT_EQ(cut.length, Duration(250ms));
  EXPECT_FALSE(cut.cap_exceeded);
}

TEST(EnergyMeterCap, CapAheadOfTheBudgetStopsFirst) {
  EnergyMeter meter = Meter(60, Cap(50, 1s, CapMode::kTerminate));
  const Metered cut =
      meter.Run(std::vector{Flat(80, 2s)}, kForever);  // cap at 0.625 s, budget at 0.75 s
  EXPECT_EQ(cut.stop, Stop::kCap);
  EXPECT_EQ(cut.length, Duration(625ms));
  EXPECT_EQ(cut.energy, Joules(50));
}

TEST(EnergyMeterCap, OnlyTheCappedRailsCount) {
  const std::vector segments{PowerSegment{.length = 1s, .rail_w = {30, 40}}};
  const auto exceeded = [&](std::uint32_t rails, double limit_w) {
    EnergyMeter meter = Meter(1000, Cap(limit_w, 20ms, CapMode::kObserve, rails));
    return meter.Run(segments, kForever).cap_exceeded;
  };
  EXPECT_FALSE(exceeded(0b01, 35));
  EXPECT_TRUE(exceeded(0b10, 35));
  EXPECT_FALSE(exceeded(0b10, 45));
  EXPECT_TRUE(exceeded(0b11, 45));
  EXPECT_TRUE(exceeded(kAllRails, 69));
  EXPECT_FALSE(exceeded(kAllRails, 70));
}

// The window before time 0 is filled with the idle power of the capped rails alone.
TEST(EnergyMeterCap, OnlyTheCappedRailsIdleBeforeTheStart) {
  const DeviceInfo device{.rails = {"a", "b"}, .idle_w = {20, 500}, .emission_interval = 20ms};
  EnergyMeter meter(
      Limits{.budget = {.limit = Joules(1000)}, .cap = Cap(50, 1s, CapMode::kTerminate, 0b01)},
      device);
  const Metered cut =
      meter.Run(std::vector{PowerSegment{.length = 2s, .rail_w = {80, 0}}}, kForever);
  EXPECT_EQ(cut.stop, Stop::kCap);
  EXPECT_EQ(cut.length, Duration(500ms));
}

// Ranks of events at one instant: BudgetCrossing before CapExceeded.
TEST(EnergyMeterCap, BudgetAndCapAtOneNanosecondIsTheBudget) {
  for (const double watts : {80.0, 75.0}) {  // both limits at 0.625 s, both at 2/3 s rounded up
    EnergyMeter meter = Meter(50, Cap(50, 1s, CapMode::kTerminate));
    const Metered cut = meter.Run(std::vector{Flat(watts, 2s)}, kForever);
    EXPECT_EQ(cut.length, FromSeconds(std::ceil(50e9 / watts) * 1e-9)) << watts << " W";
    EXPECT_EQ(cut.stop, Stop::kBudget) << watts << " W";
  }
}

// Ranks of events at one instant: Horizon before CapExceeded.
TEST(EnergyMeterCap, GivenTimeAndCapAtOneNanosecondIsTheTime) {
  EnergyMeter meter = Meter(1000, Cap(50, 20ms, CapMode::kTerminate));
  const Metered cut = meter.Run(std::vector{Flat(10, 1s), Flat(60, 1s)}, 1s);
  EXPECT_EQ(cut.length, Duration(1s));
  EXPECT_EQ(cut.stop, Stop::kTime);
  EXPECT_FALSE(cut.cap_exceeded);
}

}  // namespace
}  // namespace edgesim
