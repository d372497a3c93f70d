// Features of single power paths: hand numbers, numpy 1.24.2, short paths and missing readings.
#include "calibration/path_features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "sim/rng.h"

namespace edgesim {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;
using Values = std::vector<double>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Values Grid(std::size_t n, double interval_s, double begin_s = 0) {
  Values t;
  for (std::size_t i = 0; i < n; ++i) t.push_back(begin_s + static_cast<double>(i) * interval_s);
  return t;
}

// Rounded readings of a recorded-looking course: idle, ramp, overshoot, plateau.
const Values kCourse = {23.5, 24.1, 30, 41, 52.5, 60.2, 66, 64.8, 58, 53.1, 52, 52.4};

TEST(EnergyTest, IsTheTrapezoidOverTheTrueTimes) {
  EXPECT_DOUBLE_EQ(Energy_j({Values{0, 1, 3}, Values{10, 20, 40}}), 15 + 60);
  EXPECT_NEAR(Energy_j({Grid(12, 0.11), kCourse}), 59.3615, 1e-12);  // numpy.trapz
}

TEST(EnergyTest, AMissingReadingIsInterpolatedOver) {
  EXPECT_DOUBLE_EQ(Energy_j({Values{0, 1, 2, 3}, Values{10, kNaN, 30, 30}}), 40 + 30);
  EXPECT_DOUBLE_EQ(Energy_j({Values{0, 1, 2, 3}, Values{kNaN, 20, 30, kNaN}}), 25);
}

TEST(EnergyTest, IsNaNBelowTwoReadings) {
  EXPECT_TRUE(std::isnan(Energy_j({})));
  EXPECT_TRUE(std::isnan(Energy_j({Values{1}, Values{10}})));
  EXPECT_TRUE(std::isnan(Energy_j({Values{1, 2}, Values{10, kNaN}})));
}

TEST(PowerPathTest, NeedsAsManyTimesAsReadings) {
  const Values t{0, 1, 2}, watts{1, 2};
  EXPECT_THROW(Energy_j({t, watts}), std::invalid_argument);
  EXPECT_THROW(FindRamp({t, watts}), std::invalid_argument);
  EXPECT_THROW(WindowMeans_w({t, watts}, 1), std::invalid_argument);
  EXPECT_THROW(PlateauFrom({t, watts}), std::invalid_argument);
  EXPECT_THROW(RunsAround({t, watts}, 1), std::invalid_argument);
}

TEST(PeakTest, IgnoresMissingReadings) {
  EXPECT_EQ(Peak_w(kCourse), 66);
  EXPECT_EQ(Peak_w(Values{kNaN, -3, kNaN, -5}), -3);
  EXPECT_TRUE(std::isnan(Peak_w(Values{kNaN})));
  EXPECT_TRUE(std::isnan(Peak_w({})));
}

TEST(MeanAbsStepTest, OverNeighboursThatAreBothThere) {
  EXPECT_DOUBLE_EQ(MeanAbsStep_w(Values{1, 4, 2, 2}), 5.0 / 3);
  EXPECT_DOUBLE_EQ(MeanAbsStep_w(Values{1, 4, kNaN, 2, 1}), 2);
  EXPECT_TRUE(std::isnan(MeanAbsStep_w(Values{1, kNaN, 2})));
  EXPECT_TRUE(std::isnan(MeanAbsStep_w(Values{1})));
}

// numpy.corrcoef(x[:-lag], x[lag:])
TEST(AutocorrelationTest, AgreesWithNumpy) {
  EXPECT_NEAR(Autocorrelation(kCourse, 1), 0.9220057806589421, 1e-13);
  EXPECT_NEAR(Autocorrelation(kCourse, 3), 0.19608759508711093, 1e-13);
  EXPECT_DOUBLE_EQ(Autocorrelation(kCourse, 0), 1);
}

TEST(AutocorrelationTest, LimitingCases) {
  EXPECT_DOUBLE_EQ(Autocorrelation(Values{1, 2, 3, 4}, 1), 1);
  EXPECT_DOUBLE_EQ(Autocorrelation(Values{1, 2, 1, 2, 1}, 1), -1);
  EXPECT_TRUE(std::isnan(Autocorrelation(Values{5, 5, 5, 5}, 1)));
  EXPECT_TRUE(std::isnan(Autocorrelation(Values{1, 2}, 1)));
  EXPECT_TRUE(std::isnan(Autocorrelation(Values{1, 2, 3}, 7)));
  EXPECT_TRUE(std::isnan(Autocorrelation(Values{}, 0)));
  EXPECT_THROW(Autocorrelation(kCourse, -1), std::invalid_argument);
}

TEST(AutocorrelationTest, APairWithAMissingReadingIsLeftOut) {
  // Pairs (1,2) (2,4) (3,1), not those around the gap: means 2 and 7/3.
  const double xy = (1 - 2) * (2 - 7 / 3.0) + (3 - 2) * (1 - 7 / 3.0);
  const double yy = 1 / 9.0 + 25 / 9.0 + 16 / 9.0;
  EXPECT_NEAR(Autocorrelation(Values{1, 2, 4, kNaN, 3, 1}, 1), xy / std::sqrt(2 * yy), 1e-14);
}

// Standard error sqrt((1 - phi^2) / 8000) = 0.008.
TEST(AutocorrelationTest, OfAnAr1IsPhiToTheLag) {
  Values path;
  WordStream words = Noise{.seed = 3}.Words(Stream::kRail);
  double x = StandardNormal(words) / std::sqrt(1 - 0.49);
  for (int t = 0; t < 8000; ++t) {
    path.push_back(x);
    x = 0.7 * x + StandardNormal(words);
  }
  EXPECT_NEAR(Autocorrelation(path, 1), 0.7, 0.035);
  EXPECT_NEAR(Autocorrelation(path, 2), 0.49, 0.05);
}

// 20 W until 0.2 s, then 10 W more each 0.1 s up to 100 W at 1 s.
Values Rise(std::size_t n) {
  Values watts;
  for (std::size_t i = 0; i < n; ++i) {
    watts.push_back(std::clamp(10 * static_cast<double>(i), 20.0, 100.0));
  }
  return watts;
}

TEST(RampTest, HandNumbers) {
  const Ramp ramp = FindRamp({Grid(40, 0.1), Rise(40)});
  EXPECT_EQ(ramp.start_w, 20);
  EXPECT_EQ(ramp.plateau_w, 100);
  EXPECT_NEAR(ramp.t50_s, 0.6, 1e-12);   // 60 W
  EXPECT_NEAR(ramp.t95_s, 0.96, 1e-12);  // 96 W, between two readings
  EXPECT_NEAR(ramp.Length_s(), 0.36, 1e-12);
}

TEST(RampTest, TimesAreThoseOfThePathsClock) {
  const Ramp ramp = FindRamp({Grid(40, 0.1, 5), Rise(40)});
  EXPECT_NEAR(ramp.t50_s, 5.6, 1e-12);
}

TEST(RampTest, AnOvershootDoesNotMoveThePlateau) {
  Values watts = Rise(40);
  for (std::size_t i = 10; i < 16; ++i) watts[i] = 130;
  const Ramp ramp = FindRamp({Grid(40, 0.1), watts});
  EXPECT_EQ(ramp.plateau_w, 100);
  EXPECT_NEAR(ramp.t50_s, 0.6, 1e-12);
}

TEST(RampTest, GapsAreInterpolatedOver) {
  Values watts = Rise(40);
  watts[0] = watts[5] = watts[6] = watts[7] = kNaN;
  EXPECT_NEAR(FindRamp({Grid(40, 0.1), watts}).t50_s, 0.6, 1e-12);
}

TEST(RampTest, ShortAndFlatPaths) {
  const Ramp ten = FindRamp({Grid(10, 0.11), Rise(10)});  // stops within its ramp
  EXPECT_EQ(ten.plateau_w, 70);                           // median of 50 .. 90
  EXPECT_NEAR(ten.t50_s, 0.495, 1e-12);                   // 45 W
  const Ramp three = FindRamp({Grid(3, 1), Values{1, 2, 3}});
  EXPECT_TRUE(std::isnan(three.plateau_w) && std::isnan(three.start_w));
  EXPECT_TRUE(std::isnan(three.t50_s) && std::isnan(three.Length_s()));
  const Ramp falling = FindRamp({Grid(4, 1), Values{9, 9, 5, 5}});
  EXPECT_EQ(falling.plateau_w, 5);
  EXPECT_TRUE(std::isnan(falling.t50_s) && std::isnan(falling.t95_s));
  EXPECT_TRUE(std::isnan(FindRamp({Grid(4, 1), Values{9, 9, 9, 9}}).t50_s));
}

TEST(WindowMeansTest, HandNumbers) {
  const Values watts{1, 3, 5, 7, 10, 20, 99};
  EXPECT_THAT(WindowMeans_w({Grid(7, 0.5), watts}, 1), ElementsAre(2, 6, 15));
  EXPECT_THAT(WindowMeans_w({Grid(7, 0.5, 3), watts}, 2), ElementsAre(4));
  EXPECT_THAT(WindowMeans_w({Grid(7, 0.5), watts}, 9), IsEmpty());
}

// A tenth of a second is no binary number: each window of ten readings must have ten.
TEST(WindowMeansTest, RoundingDoesNotMoveReadings) {
  Values watts;
  for (int i = 0; i < 500; ++i) watts.push_back(i / 10);
  const Values means = WindowMeans_w({Grid(500, 0.1), watts}, 1);
  ASSERT_EQ(means.size(), 50U);
  for (std::size_t k = 0; k < 50; ++k) EXPECT_DOUBLE_EQ(means[k], static_cast<double>(k));
}

TEST(WindowMeansTest, AWindowWithoutAReadingIsLeftOut) {
  Values watts{1, 3, kNaN, kNaN, 10, kNaN};
  EXPECT_THAT(WindowMeans_w({Grid(6, 0.5), watts}, 1), ElementsAre(2));
  watts.back() = 20;
  EXPECT_THAT(WindowMeans_w({Grid(6, 0.5), watts}, 1), ElementsAre(2, 15));
  EXPECT_THAT(WindowMeans_w({}, 1), IsEmpty());
  EXPECT_THROW(WindowMeans_w({}, 0), std::invalid_argument);
}

TEST(PlateauTest, OfTheReadingsFromThereOn) {
  const Values t{0, 1, 2.5, 3, 4}, watts{0, 50, 100, 104, 102};
  const Plateau plateau = PlateauFrom({t, watts});
  EXPECT_DOUBLE_EQ(plateau.mean_w, 102);
  EXPECT_DOUBLE_EQ(plateau.sd_w, 2);
  EXPECT_DOUBLE_EQ(PlateauFrom({t, watts}, 0).mean_w, 356 / 5.0);
  EXPECT_DOUBLE_EQ(PlateauFrom({t, watts}, 4).mean_w, 102);
  EXPECT_TRUE(std::isnan(PlateauFrom({t, watts}, 4).sd_w));
  EXPECT_TRUE(std::isnan(PlateauFrom({Grid(10, 0.11), Rise(10)}).mean_w));
}

TEST(RunsTest, OnlyRunsWithBothEndsCount) {
  //                   |     low    |  high |low| high ...
  const Values watts{9, 1, 1, 1, 8, 8, 2, 7, 7};
  const RunLengths runs = RunsAround({Grid(9, 0.5), watts}, 5);
  EXPECT_THAT(runs.above_s, ElementsAre(DoubleEq(1)));
  EXPECT_THAT(runs.below_s, ElementsAre(DoubleEq(1.5), DoubleEq(0.5)));
}

TEST(RunsTest, TheTimesAreTheSensors) {
  const Values t{0, 0.1, 0.25, 0.3, 0.7};
  const RunLengths runs = RunsAround({t, Values{1, 9, 9, 1, 9}}, 5);
  EXPECT_THAT(runs.above_s, ElementsAre(DoubleNear(0.2, 1e-12)));
  EXPECT_THAT(runs.below_s, ElementsAre(DoubleNear(0.4, 1e-12)));
}

TEST(RunsTest, GapsThresholdAndShortPaths) {
  // A reading at the threshold is not above it; a gap within a run does not end it.
  const RunLengths runs = RunsAround({Grid(7, 1), Values{5, 9, kNaN, 9, 5, 5, 9}}, 5);
  EXPECT_THAT(runs.above_s, ElementsAre(3));
  EXPECT_THAT(runs.below_s, ElementsAre(2));
  for (const Values& watts : {Values{}, Values{9}, Values{9, 1}, Values{1, 1, 1}}) {
    const RunLengths none = RunsAround({Grid(watts.size(), 1), watts}, 5);
    EXPECT_THAT(none.above_s, IsEmpty());
    EXPECT_THAT(none.below_s, IsEmpty());
  }
}

}  // namespace
}  // namespace edgesim
