#include "calibration/name_states.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgesim {
namespace {

using testing::ElementsAre;

constexpr double kInterval = 0.1;

HsmmState State(double mean_w, double sd_w = 0.5, double phi = 0, double stay_s = 1) {
  return {.mean_w = mean_w,
          .sd_w = sd_w,
          .phi = phi,
          .duration = DurationLaw{
              .family = DurationFamily::kGamma, .mean_s = stay_s, .shape = 5, .table = {}}};
}

Hsmm LeftToRight(std::vector<HsmmState> states) {
  const auto n = static_cast<Eigen::Index>(states.size());
  Hsmm model{.interval_s = kInterval,
             .states = std::move(states),
             .initial = Eigen::VectorXd::Unit(n, 0),
             .transition = Eigen::MatrixXd::Zero(n, n)};
  for (Eigen::Index j = 0; j + 1 < n; ++j) model.transition(j, j + 1) = 1;
  model.states.back().duration.reset();
  Validate(model);
  return model;
}

Hsmm LeftToRight(const std::vector<double>& means_w) {
  std::vector<HsmmState> states;
  for (const double mean_w : means_w) states.push_back(State(mean_w));
  return LeftToRight(states);
}

// Each leads to every other, alike.
Hsmm Free(std::vector<HsmmState> states) {
  const auto n = static_cast<Eigen::Index>(states.size());
  Hsmm model{.interval_s = kInterval,
             .states = std::move(states),
             .initial = Eigen::VectorXd::Constant(n, 1.0 / static_cast<double>(n)),
             .transition = Eigen::MatrixXd::Constant(n, n, 1.0 / static_cast<double>(n - 1))};
  model.transition.diagonal().setZero();
  Validate(model);
  return model;
}

Hsmm Free(const std::vector<double>& means_w) {
  std::vector<HsmmState> states;
  for (const double mean_w : means_w) states.push_back(State(mean_w));
  return Free(states);
}

TEST(StateNames, ARampToAPlateau) {
  EXPECT_THAT(StateNames(LeftToRight({25, 40, 70, 99, 101, 100})),
              ElementsAre("idle", "ramp_1", "ramp_2", "settle_1", "settle_2", "plateau"));
  EXPECT_THAT(StateNames(LeftToRight({25, 60, 100})), ElementsAre("idle", "ramp", "plateau"));
}

TEST(StateNames, UntilPowerRisesItIsIdle) {
  EXPECT_THAT(StateNames(LeftToRight({20, 20.9, 19.5, 21.1, 20, 100})),
              ElementsAre("idle_1", "idle_2", "idle_3", "ramp_1", "ramp_2", "plateau"));
  EXPECT_THAT(StateNames(LeftToRight({20, 20.9, 18.9, 100})),
              ElementsAre("start", "ramp_1", "ramp_2", "plateau"));
  // Low again after the rise is not idle.
  EXPECT_THAT(StateNames(LeftToRight({20, 60, 22, 100})),
              ElementsAre("idle", "ramp_1", "ramp_2", "plateau"));
}

TEST(StateNames, AnOvershootIsClearlyAboveThePlateauItLeadsTo) {
  // The span is 80 W: 8 W are clear.
  EXPECT_THAT(StateNames(LeftToRight({20, 50, 100, 70})),
              ElementsAre("idle", "ramp", "overshoot", "plateau"));
  EXPECT_THAT(StateNames(LeftToRight({20, 50, 100, 91})),
              ElementsAre("idle", "ramp", "overshoot", "plateau"));
  EXPECT_THAT(StateNames(LeftToRight({20, 50, 100, 93})),
              ElementsAre("idle", "ramp", "settle", "plateau"));
}

TEST(StateNames, WhatFallsFromAnOvershootDecays) {
  EXPECT_THAT(StateNames(LeftToRight({20, 60, 100, 98, 85, 75, 62, 60})),
              ElementsAre("idle", "ramp", "overshoot_1", "overshoot_2", "decay_1", "decay_2",
                          "settle", "plateau"));
}

TEST(StateNames, AboveThePlateauButOnTheWayToTheTopIsRamp) {
  EXPECT_THAT(StateNames(LeftToRight({20, 60, 80, 100, 50})),
              ElementsAre("idle", "ramp_1", "ramp_2", "overshoot", "plateau"));
}

// What a noisy plateau may reach anyway is no overshoot.
TEST(StateNames, ANoisyPlateauHidesSmallDifferences) {
  std::vector<HsmmState> states = {State(20), State(60), State(100), State(85, 5)};
  EXPECT_THAT(StateNames(LeftToRight(states)), ElementsAre("idle", "ramp", "overshoot", "plateau"));
  states.back().sd_w = 8;
  EXPECT_THAT(StateNames(LeftToRight(states)), ElementsAre("idle", "ramp", "settle", "plateau"));
  // The same spread from correlated readings: 5 / sqrt(1 - 0.8^2) = 8.3.
  states.back().sd_w = 5;
  states.back().phi = 0.8;
  EXPECT_THAT(StateNames(LeftToRight(states)), ElementsAre("idle", "ramp", "settle", "plateau"));
  // And from a mixture: 4 + 0.1 * 25^2 - 2.5^2 = 7.8^2.
  states.back().phi = 0;
  states.back().mixture = {{.weight = 0.9, .offset_w = 0, .sd_w = 2},
                           {.weight = 0.1, .offset_w = 25, .sd_w = 2}};
  EXPECT_THAT(StateNames(LeftToRight(states)), ElementsAre("idle", "ramp", "settle", "plateau"));
}

TEST(StateNames, ACoolDownDecays) {
  EXPECT_THAT(StateNames(LeftToRight({100, 60, 35, 21, 20})),
              ElementsAre("decay_1", "decay_2", "decay_3", "settle", "plateau"));
}

TEST(StateNames, AFirstStateThatIsNotTheLowestIsNotIdle) {
  EXPECT_THAT(StateNames(LeftToRight({40, 20, 100})), ElementsAre("start", "ramp", "plateau"));
  EXPECT_THAT(StateNames(LeftToRight({50, 50, 50})),
              ElementsAre("settle_1", "settle_2", "plateau"));
  EXPECT_THAT(StateNames(LeftToRight(std::vector<double>{50})), ElementsAre("plateau"));
}

// An autoregressive state is left before it arrives at its mean: 600 W are never seen. With
// phi = 0.98 a reading is 2 % closer than the one before.
TEST(StateNames, MeansThatAreNeverReachedDoNotCount) {
  std::vector<HsmmState> states = {State(25), State(600, 0.5, 0.98, 1), State(100)};
  states[1].duration->shape = 100;
  // From 25 W: 575 (1 - 0.98^10) = 105 W up at the end, 59 W on average.
  EXPECT_THAT(StateNames(LeftToRight(states)), ElementsAre("idle", "ramp", "plateau"));
  states[1].phi = 0;
  EXPECT_THAT(StateNames(LeftToRight(states)), ElementsAre("idle", "overshoot", "plateau"));
}

TEST(StateNames, TheFirstReadingIsWhereTheCourseBegins) {
  Hsmm model = LeftToRight({State(100, 0.5, 0.98, 1), State(100.5)});
  EXPECT_THAT(StateNames(model), ElementsAre("settle", "plateau"));
  model.first_reading = FirstReading{.mean_w = 20, .sd_w = 1};
  EXPECT_THAT(StateNames(model), ElementsAre("idle", "plateau"));
}

TEST(StateNames, FreeStatesByTheirMeans) {
  EXPECT_THAT(StateNames(Free({30, 20})), ElementsAre("high", "low"));
  EXPECT_THAT(StateNames(Free({30, 20, 25})), ElementsAre("high", "low", "mid"));
  EXPECT_THAT(StateNames(Free({30, 20, 25, 10})),
              ElementsAre("level_4", "level_2", "level_3", "level_1"));
  EXPECT_THAT(StateNames(Free({7, 7})), ElementsAre("low", "high"));
}

// High falls to low through a state that heads for 0 W and is left half-way.
TEST(StateNames, AFreeCoolDownDecays) {
  std::vector<HsmmState> states = {State(10), State(50), State(0, 0.3, 0.95, 1.5)};
  Hsmm model = Free(states);
  model.transition << 0, 1, 0, 0, 0, 1, 1, 0, 0;
  EXPECT_THAT(StateNames(model), ElementsAre("low", "high", "decay"));
  // From low to high through one that rises.
  model.states[2].mean_w = 80;
  model.transition << 0, 0, 1, 1, 0, 0, 0, 1, 0;
  EXPECT_THAT(StateNames(model), ElementsAre("low", "high", "ramp"));
  // One that arrives is a level of its own.
  model.states[2].mean_w = 20;
  model.states[2].phi = 0.5;
  EXPECT_THAT(StateNames(model), ElementsAre("low", "high", "mid"));
}

// A left-to-right model whose last state can be left again has no plateau.
TEST(StateNames, ACycleIsFree) {
  Hsmm model = Free({10.0, 50.0, 100.0});
  model.transition << 0, 1, 0, 0, 0, 1, 1, 0, 0;
  EXPECT_THAT(StateNames(model), ElementsAre("low", "mid", "high"));
}

}  // namespace
}  // namespace edgesim
