// Tests of FormatProfile: whatever a profile can hold is the same after writing and reading.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "devices/profile_io.h"

namespace edgesim {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

HsmmState State(const std::string& name, std::optional<DurationLaw> duration) {
  return {.name = name, .mean_w = 20, .sd_w = 2, .takes_level = true, .duration = duration};
}

// Two states in turn on one rail; numbers of six digits at most, so that writing loses none.
DeviceProfile Small() {
  const DurationLaw gamma{.family = DurationFamily::kGamma, .mean_s = 0.5, .shape = 3, .table = {}};
  Hsmm model{.interval_s = 0.1,
             .states = {State("low", gamma), State("high", gamma)},
             .initial = Eigen::Vector2d(0.75, 0.25),
             .transition = Eigen::Matrix2d{{0, 1}, {1, 0}}};
  DeviceProfile profile;
  profile.name = "toy";
  profile.emission_interval_s = 0.1;
  profile.interval_provenance = "guess";
  profile.provenance["guess"] = {ProvenanceKind::kAssumed, "none", "2026-01-02", "guessed"};
  profile.rails = {{.name = "gpu", .idle_w = {}, .idle_provenance = ""}};
  ActionProfile action;
  action.spec = {"m-q4", "m", "q4"};
  action.latency = TokenLatency{.seconds_per_output_token = {0.02, 0.03},
                                .output_tokens = {100, 300},
                                .request_class = {0, 0},
                                .provenance = "guess"};
  action.rails = {{.classes = {{.hsmm = model, .level = {.shared_w = -0.5, .own_w = 0.25}}},
                   .provenance = "guess"}};
  profile.actions = {action};
  return profile;
}

Hsmm& Model(DeviceProfile& profile, std::size_t k = 0) {
  return profile.actions[0].rails[0].classes[k].hsmm;
}

// The small profile with a change, written and read.
DeviceProfile AfterRoundTrip(const std::function<void(DeviceProfile&)>& change) {
  DeviceProfile profile = Small();
  change(profile);
  const std::string text = FormatProfile(profile);
  DeviceProfile read = ParseProfile(text, "p.json");
  EXPECT_EQ(FormatProfile(read), text);
  return read;
}

Hsmm ModelAfterRoundTrip(const std::function<void(Hsmm&)>& change) {
  DeviceProfile read = AfterRoundTrip([&](DeviceProfile& p) { change(Model(p)); });
  return Model(read);
}

TEST(FormatProfile, AutoregressionSurvives) {
  const Hsmm model = ModelAfterRoundTrip([](Hsmm& m) { m.states[1].phi = 0.625; });
  EXPECT_EQ(model.states[0].phi, 0);
  EXPECT_EQ(model.states[1].phi, 0.625);
}

// EM drives what does not happen towards 0, through numbers that are no longer normal.
TEST(FormatProfile, NumbersNextToZeroSurvive) {
  const Hsmm model = ModelAfterRoundTrip([](Hsmm& m) { m.initial = Eigen::Vector2d(1, 3e-310); });
  EXPECT_GT(model.initial(1), 0);
  EXPECT_LT(model.initial(1), 1e-300);
}

TEST(FormatProfile, StudentInnovationsSurvive) {
  const Hsmm model = ModelAfterRoundTrip([](Hsmm& m) { m.states[1].student_dof = 3.5; });
  EXPECT_FALSE(model.states[0].student_dof.has_value());
  EXPECT_EQ(model.states[1].student_dof, 3.5);
}

TEST(FormatProfile, MixturesSurvive) {
  const Hsmm model = ModelAfterRoundTrip([](Hsmm& m) {
    m.states[0].mixture = {{.weight = 0.25, .offset_w = -1.5, .sd_w = 0.5},
                           {.weight = 0.75, .offset_w = 0.5, .sd_w = 2}};
  });
  EXPECT_TRUE(model.states[1].mixture.empty());
  const std::vector<MixtureComponent>& mixture = model.states[0].mixture;
  ASSERT_EQ(mixture.size(), 2U);
  EXPECT_EQ(mixture[0].weight, 0.25);
  EXPECT_EQ(mixture[0].offset_w, -1.5);
  EXPECT_EQ(mixture[0].sd_w, 0.5);
  EXPECT_EQ(mixture[1].weight, 0.75);
  EXPECT_EQ(mixture[1].offset_w, 0.5);
  EXPECT_EQ(mixture[1].sd_w, 2);
}

TEST(FormatProfile, EveryFamilyOfStaysSurvives) {
  for (const DurationFamily family :
       {DurationFamily::kGeometric, DurationFamily::kPoisson, DurationFamily::kNegativeBinomial,
        DurationFamily::kGamma, DurationFamily::kLognormal, DurationFamily::kTable}) {
    DurationLaw law{.family = family, .mean_s = 1.25, .shape = 2.5, .table = {}};
    if (family == DurationFamily::kTable)
      law = {.family = family, .mean_s = 0, .shape = 0, .table = {0.5, 0, 0.375, 0.125}};
    if (ShapeParameters(law) == 0) law.shape = 0;
    const Hsmm model = ModelAfterRoundTrip([&](Hsmm& m) { m.states[1].duration = law; });
    const std::string_view name = kDurationFamilyNames[static_cast<std::size_t>(family)];
    ASSERT_TRUE(model.states[1].duration.has_value()) << name;
    EXPECT_EQ(model.states[1].duration->family, family) << name;
    EXPECT_EQ(model.states[1].duration->mean_s, law.mean_s) << name;
    EXPECT_EQ(model.states[1].duration->shape, law.shape) << name;
    EXPECT_EQ(model.states[1].duration->table, law.table) << name;
  }
}

// 500 cells rounded to six digits each: the sum is off by some 1e-5, which reading restores.
TEST(FormatProfile, ALongTableSurvivesItsRounding) {
  const DurationLaw gamma{.family = DurationFamily::kGamma, .mean_s = 9, .shape = 3, .table = {}};
  const Eigen::VectorXd pmf = DurationPmf(gamma, 0.1, 500);
  DeviceProfile profile = Small();
  Model(profile).states[0].duration = DurationLaw{
      .family = DurationFamily::kTable, .mean_s = 0, .shape = 0, .table = {pmf.begin(), pmf.end()}};
  DeviceProfile read = ParseProfile(FormatProfile(profile), "p.json");
  const std::vector<double>& table = Model(read).states[0].duration->table;
  ASSERT_EQ(table.size(), 500U);
  double sum = 0;
  for (std::size_t u = 0; u < 500; ++u) {
    sum += table[u];
    // Six digits of the cell, and the same share of the restored sum.
    EXPECT_NEAR(table[u], pmf(static_cast<Eigen::Index>(u)),
                1e-5 * pmf(static_cast<Eigen::Index>(u)));
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(FormatProfile, TheFirstReadingSurvives) {
  const Hsmm model = ModelAfterRoundTrip(
      [](Hsmm& m) { m.first_reading = FirstReading{.mean_w = 12.5, .sd_w = 0.75}; });
  ASSERT_TRUE(model.first_reading.has_value());
  EXPECT_EQ(model.first_reading->mean_w, 12.5);
  EXPECT_EQ(model.first_reading->sd_w, 0.75);
  EXPECT_FALSE(ModelAfterRoundTrip([](Hsmm&) {}).first_reading.has_value());
}

TEST(FormatProfile, StartingMidStaySurvives) {
  EXPECT_TRUE(ModelAfterRoundTrip([](Hsmm& m) { m.starts_mid_stay = true; }).starts_mid_stay);
  EXPECT_FALSE(ModelAfterRoundTrip([](Hsmm&) {}).starts_mid_stay);
}

TEST(FormatProfile, ProbabilitiesOfNearlyNothingSurvive) {
  DeviceProfile profile = Small();
  Hsmm& model = profile.actions[0].rails[0].classes[0].hsmm;
  model.initial = Eigen::Vector2d(1, 1e-310);
  const DeviceProfile again = ParseProfile(FormatProfile(profile), "again.json");
  EXPECT_EQ(again.actions[0].rails[0].classes[0].hsmm.initial, model.initial);
}

TEST(FormatProfile, AbsorbingStatesSurvive) {
  const Hsmm model = ModelAfterRoundTrip([](Hsmm& m) {
    m.states[1].duration.reset();
    m.transition.row(1).setZero();
  });
  EXPECT_FALSE(model.states[1].duration.has_value());
  EXPECT_EQ(model.transition, (Eigen::Matrix2d{{0, 1}, {0, 0}}));
}

TEST(FormatProfile, RequestClassesSurvive) {
  DeviceProfile read = AfterRoundTrip([](DeviceProfile& p) {
    ActionProfile& action = p.actions[0];
    action.classes = 2;
    action.latency->request_class = {1, 0};
    action.rails[0].classes.push_back(action.rails[0].classes[0]);
    action.rails[0].classes[1].level = {.shared_w = 1.5, .own_w = 0.5};
    Model(p, 1).states[0].mean_w = 33;
  });
  const ActionProfile& action = read.actions[0];
  EXPECT_EQ(action.classes, 2U);
  EXPECT_EQ(action.latency->request_class, (std::vector<std::size_t>{1, 0}));
  ASSERT_EQ(action.rails[0].classes.size(), 2U);
  EXPECT_EQ(action.rails[0].classes[0].level.shared_w, -0.5);
  EXPECT_EQ(action.rails[0].classes[1].level.shared_w, 1.5);
  EXPECT_EQ(action.rails[0].classes[1].level.own_w, 0.5);
  EXPECT_EQ(Model(read, 0).states[0].mean_w, 20);
  EXPECT_EQ(Model(read, 1).states[0].mean_w, 33);
}

// A rail of one model under an action of two classes serves both.
TEST(FormatProfile, OneModelForAllClassesSurvives) {
  const DeviceProfile read = AfterRoundTrip([](DeviceProfile& p) { p.actions[0].classes = 2; });
  EXPECT_EQ(read.actions[0].classes, 2U);
  EXPECT_EQ(read.actions[0].rails[0].classes.size(), 1U);
}

TEST(FormatProfile, NoLatencyIsNull) {
  DeviceProfile profile = Small();
  profile.actions[0].latency.reset();
  const std::string text = FormatProfile(profile);
  EXPECT_TRUE(Json::parse(text)["actions"][0]["latency"].is_null());
  EXPECT_FALSE(ParseProfile(text, "p.json").actions[0].latency.has_value());
}

TEST(FormatProfile, WhatAStateDoesNotHaveIsNotWritten) {
  const Json state =
      Json::parse(FormatProfile(Small()))["actions"][0]["power"]["gpu"]["classes"][0]["states"][0];
  for (const char* key : {"phi", "student_dof", "mixture"})
    EXPECT_FALSE(state.contains(key)) << key;
  EXPECT_EQ(state["duration"]["family"], "gamma");
}

TEST(FormatProfile, ArraysOfNumbersStandOnOneLine) {
  const std::string text = FormatProfile(Small());
  EXPECT_THAT(text, HasSubstr("\"initial\": [0.75, 0.25]"));
  EXPECT_THAT(text, HasSubstr("[0.0, 1.0],\n"));
  EXPECT_EQ(text.back(), '\n');
}

}  // namespace
}  // namespace edgesim
