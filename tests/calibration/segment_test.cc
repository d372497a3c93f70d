#include "calibration/segment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "devices/hsmm_sampler.h"

namespace edgesim {
namespace {

using testing::ElementsAre;

constexpr double kInterval = 0.1;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

HsmmState State(const std::string& name, double mean_w, double stay_s, double sd_w = 0.5) {
  HsmmState state{.name = name, .mean_w = mean_w, .sd_w = sd_w, .takes_level = true};
  if (stay_s > 0) {
    state.duration =
        DurationLaw{.family = DurationFamily::kGamma, .mean_s = stay_s, .shape = 6, .table = {}};
  }
  return state;
}

// idle for 0.5 s, then high for good.
PowerClass Rise(double high_w, double level_sd_w = 0) {
  PowerClass kind;
  kind.hsmm = {.interval_s = kInterval,
               .states = {State("idle", 10, 0.5), State("plateau", high_w, 0)},
               .initial = Eigen::Vector2d(1, 0),
               .transition = Eigen::Matrix2d{{0, 1}, {0, 0}}};
  kind.level.own_w = level_sd_w;
  return kind;
}

RailPowerModel Model(const std::vector<PowerClass>& classes) {
  return {.classes = classes, .provenance = {}};
}

PowerClass LowHigh() {
  PowerClass kind;
  kind.hsmm = {.interval_s = kInterval,
               .states = {State("low", 10, 0.8), State("high", 16, 0.5)},
               .initial = Eigen::Vector2d(0.5, 0.5),
               .transition = Eigen::Matrix2d{{0, 1}, {1, 0}}};
  kind.level = {.shared_w = 0.6, .own_w = 0.8};
  return kind;
}

TEST(SegmentRequest, FollowsTheReadings) {
  const RailPowerModel model = Model({Rise(50)});
  const RequestPath path =
      SegmentRequest({&model}, {{10.2, 9.7, 10.1, 10, 49.6, 50.2, 50, 50.4}}, EmOptions{});
  EXPECT_EQ(path.request_class, 0U);
  ASSERT_EQ(path.rails.size(), 1U);
  EXPECT_EQ(path.rails[0].level_w, 0);
  EXPECT_THAT(path.rails[0].state, ElementsAre(0, 0, 0, 0, 1, 1, 1, 1));
}

TEST(SegmentRequest, OneReadingAndMissingOnes) {
  const RailPowerModel model = Model({Rise(50)});
  EXPECT_THAT(SegmentRequest({&model}, {{10}}, EmOptions{}).rails[0].state, ElementsAre(0));
  EXPECT_THAT(
      SegmentRequest({&model}, {{kNan, 10, kNan, 10, 50, kNan, 50}}, EmOptions{}).rails[0].state,
      ElementsAre(0, 0, 0, 0, 1, 1, 1));
}

// Rails of one request: the one with classes decides, the other has its own model.
TEST(SegmentRequest, TheClassIsOfTheRequest) {
  const RailPowerModel plain = Model({Rise(50)}), kinds = Model({Rise(50), Rise(80)});
  const std::vector<double> to_50 = {10, 10, 10, 50, 50, 50}, to_80 = {10, 10, 10, 80, 80, 80};
  EXPECT_EQ(SegmentRequest({&plain, &kinds}, {to_50, to_80}, EmOptions{}).request_class, 1U);
  EXPECT_EQ(SegmentRequest({&plain, &kinds}, {to_50, to_50}, EmOptions{}).request_class, 0U);
  // Readings at 66 W are nearer to 80 than to 50 - unless the other rail is surer of its class.
  const std::vector<double> between = {10, 10, 10, 66, 66, 66};
  EXPECT_EQ(SegmentRequest({&kinds}, {between}, EmOptions{.outlier_weight = 0}).request_class, 1U);
  EXPECT_EQ(SegmentRequest({&kinds, &kinds}, {between, to_50}, EmOptions{.outlier_weight = 0})
                .request_class,
            0U);
}

// A class whose level varies much explains a shifted request; one without level does not.
TEST(SegmentRequest, TheLevelIsFoundWithTheClass) {
  const RailPowerModel model = Model({Rise(50, 0.1), Rise(50, 5)});
  const std::vector<double> shifted = {14, 14, 14, 14, 54, 54, 54, 54, 54};
  const RequestPath path = SegmentRequest({&model}, {shifted}, EmOptions{.outlier_weight = 0});
  EXPECT_EQ(path.request_class, 1U);
  // The posterior mean of 9 readings of sd 0.5 and a level of sd 5.
  EXPECT_NEAR(path.rails[0].level_w, 4 * 25 / (25 + 0.25 / 9), 1e-6);
  EXPECT_THAT(path.rails[0].state, ElementsAre(0, 0, 0, 0, 1, 1, 1, 1, 1));
  // Where both explain a request, the narrower law does it better.
  EXPECT_EQ(SegmentRequest({&model}, {{10, 10, 10, 50, 50, 50}}, EmOptions{.outlier_weight = 0})
                .request_class,
            0U);
}

TEST(SegmentRequest, FindsMostOfASampledPath) {
  const RailPowerModel model = Model({LowHigh()});
  const HsmmSampler sampler(model.classes[0].hsmm);
  std::size_t right = 0, all = 0;
  for (std::uint32_t i = 0; i < 30; ++i) {
    const Noise noise{.seed = 5, .entity = i};
    std::vector<double> watts(60);
    WordStream level_words = noise.Words(Stream::kLevel);
    const double level_w = StandardNormal(level_words);
    sampler.Sample(level_w, noise.Words(Stream::kTie), noise.Words(Stream::kAnswer), watts);
    const RailPath path = SegmentRequest({&model}, {watts}, EmOptions{}).rails[0];
    // 60 readings of sd 0.5: 0.065 W.
    EXPECT_NEAR(path.level_w, level_w, 5 * 0.065);
    // The states are 12 sds apart.
    for (std::size_t t = 0; t < watts.size(); ++t, ++all)
      right += (path.state[t] == 1) == (watts[t] - level_w > 13);
  }
  EXPECT_EQ(right, all);
}

TEST(SegmentRequest, WhatNoPathCanProduceThrows) {
  const RailPowerModel model = Model({Rise(50)});
  EXPECT_THROW(SegmentRequest({&model}, {{10, 1e200, 50}}, EmOptions{.outlier_weight = 0}),
               std::invalid_argument);
}

TEST(Visits, AreTheStaysOfAPath) {
  EXPECT_TRUE(Visits({}).empty());
  const std::vector<int> path = {2, 2, 0, 1, 1, 1};
  const std::vector<Visit> visits = Visits(path);
  ASSERT_EQ(visits.size(), 3U);
  const std::vector<Visit> expected = {{2, 0, 2}, {0, 2, 3}, {1, 3, 6}};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(visits[i].state, expected[i].state);
    EXPECT_EQ(visits[i].begin, expected[i].begin);
    EXPECT_EQ(visits[i].end, expected[i].end);
  }
}

TEST(SegmentTotals, AddUpOverSequencesAndClasses) {
  SegmentTotals totals(kInterval);
  const Hsmm low_high = LowHigh().hsmm, rise = Rise(50).hsmm;
  totals.Add(low_high, std::vector<int>{0, 0, 1, 0}, {10, kNan, 16, 12});
  totals.Add(rise, std::vector<int>{0, 0, 0, 0}, {9, 9, 9, 9});
  const std::vector<StateSummary> all = totals.Summaries();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].state, "low");
  EXPECT_EQ(all[0].visits, 2U);
  EXPECT_NEAR(all[0].mean_stay_s, 0.15, 1e-12);
  EXPECT_NEAR(all[0].mean_w, 11, 1e-12);
  EXPECT_NEAR(all[0].share, 3.0 / 8, 1e-12);
  EXPECT_EQ(all[1].state, "high");
  EXPECT_NEAR(all[1].mean_w, 16, 1e-12);
  EXPECT_EQ(all[2].state, "idle");
  EXPECT_NEAR(all[2].mean_stay_s, 0.4, 1e-12);
  EXPECT_EQ(all[3].state, "plateau");
  EXPECT_EQ(all[3].visits, 0U);
  EXPECT_TRUE(std::isnan(all[3].mean_w) && std::isnan(all[3].mean_stay_s));
  EXPECT_EQ(all[3].share, 0);
}

TEST(SegmentTotals, TimeOfALongGapIsInNoStay) {
  SegmentTotals totals(kInterval);
  // Low for two cells, five missing ones that the path fills with a visit and parts of two, low.
  totals.Add(LowHigh().hsmm, std::vector<int>{0, 0, 0, 1, 1, 1, 0, 0},
             {10, 12, kNan, kNan, kNan, kNan, kNan, 14});
  const std::vector<StateSummary> all = totals.Summaries();
  EXPECT_EQ(all[0].visits, 2U);
  EXPECT_NEAR(all[0].mean_stay_s, 1.5 * kInterval, 1e-12);
  EXPECT_NEAR(all[0].share, 1, 1e-12);
  EXPECT_EQ(all[1].visits, 0U);
}

TEST(SegmentTotals, StatesOfOneNameAreOne) {
  SegmentTotals totals(kInterval);
  totals.Add(Rise(50).hsmm, std::vector<int>{0, 1}, {10, 50});
  totals.Add(Rise(80).hsmm, std::vector<int>{0, 1}, {10, 80});
  const std::vector<StateSummary> all = totals.Summaries();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].visits, 2U);
  EXPECT_NEAR(all[1].mean_w, 65, 1e-12);
}

}  // namespace
}  // namespace edgesim
