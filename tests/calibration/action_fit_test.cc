// Tests of calibration/action_fit.h: kinds of requests are split where there are any, and levels
// into a shared and an own part.
#include "calibration/action_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sim/rng.h"

namespace edgesim {
namespace {

constexpr double kInterval = 0.1;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Requests of 4 s of steady power around `watts` at about `seconds_per_token`.
void AddRequests(ActionData& data, std::uint32_t count, double watts, double seconds_per_token) {
  if (data.rails.empty()) data.rails.push_back({.interval_s = kInterval, .watts = {}});
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto entity = static_cast<std::uint32_t>(data.seconds_per_token.size());
    WordStream words = Noise{.seed = 91, .entity = entity}.Words(Stream::kRail);
    std::vector<double>& x = data.rails[0].watts.emplace_back(40);
    for (double& w : x) w = watts + StandardNormal(words);
    data.seconds_per_token.push_back(seconds_per_token * std::exp(0.01 * StandardNormal(words)));
  }
}

const ModelSpec kSteady{.states = 1, .max_classes = 3};
const FitControl kControl{.restarts = 1, .seed = 1, .em = {}};

std::vector<std::size_t> Sizes(const ActionFit& fit) {
  std::vector<std::size_t> sizes(fit.classes, 0);
  for (const std::size_t k : fit.request_class) ++sizes[k];
  return sizes;
}

TEST(FitAction, TwoKindsOfRequestsAreSplit) {
  ActionData data;
  AddRequests(data, 12, 40, 0.02);
  AddRequests(data, 9, 60, 0.03);
  const ActionFit fit = FitAction(data, {kSteady}, kControl);
  ASSERT_EQ(fit.classes, 2U);
  ASSERT_EQ(fit.request_class.size(), 21U);
  const std::size_t first = fit.request_class[0];
  for (std::size_t i = 0; i < 21; ++i)
    EXPECT_EQ(fit.request_class[i] == first, i < 12) << "request " << i;
  ASSERT_EQ(fit.rails[0].classes.size(), 2U);
  // 12 and 9 requests of 40 readings of 1 W.
  EXPECT_NEAR(fit.rails[0].classes[first].model.states[0].mean_w, 40, 4 / std::sqrt(480));
  EXPECT_NEAR(fit.rails[0].classes[1 - first].model.states[0].mean_w, 60, 4 / std::sqrt(360));
  ASSERT_EQ(fit.class_bic.size(), 3U);
  EXPECT_LT(fit.class_bic[1], fit.class_bic[0]);
  EXPECT_LT(fit.class_bic[1], fit.class_bic[2]);
}

// Speeds unknown or equal: the power alone tells the kinds.
TEST(FitAction, KindsThatDifferInPowerOnlyAreSplit) {
  for (const double speed : {kNan, 0.02}) {
    ActionData data;
    AddRequests(data, 10, 40, speed);
    AddRequests(data, 10, 45, speed);
    const ActionFit fit = FitAction(data, {kSteady}, kControl);
    EXPECT_EQ(fit.classes, 2U);
    EXPECT_EQ(Sizes(fit), (std::vector<std::size_t>{10, 10}));
  }
}

TEST(FitAction, OneKindOfRequestsIsNotSplit) {
  ActionData data;
  AddRequests(data, 20, 40, 0.02);
  const ActionFit fit = FitAction(data, {kSteady}, kControl);
  EXPECT_EQ(fit.classes, 1U);
  EXPECT_EQ(fit.request_class, std::vector<std::size_t>(20, 0));
  EXPECT_EQ(fit.rails[0].classes.size(), 1U);
  EXPECT_EQ(fit.LogLikelihood(), fit.rails[0].classes[0].log_likelihood);
  EXPECT_EQ(fit.Parameters(), fit.rails[0].classes[0].parameters);
}

TEST(FitAction, FewerRequestsThanAClassNeedsAreNotSplitOff) {
  ActionData data;
  AddRequests(data, 15, 40, 0.02);
  AddRequests(data, kLeastRequests - 1, 60, 0.03);
  EXPECT_EQ(FitAction(data, {kSteady}, kControl).classes, 1U);
  AddRequests(data, 1, 60, 0.03);
  EXPECT_EQ(FitAction(data, {kSteady}, kControl).classes, 2U);
}

TEST(FitAction, WithoutWordsForClassesThereIsOne) {
  ActionData data;
  AddRequests(data, 10, 40, 0.02);
  AddRequests(data, 10, 60, 0.03);
  const ActionFit fit = FitAction(data, {ModelSpec{.states = 1}}, kControl);
  EXPECT_EQ(fit.classes, 1U);
  EXPECT_TRUE(fit.class_bic.empty());
}

// Classes are of the request: a rail that allows none keeps one model for all.
TEST(FitAction, ARailWithoutClassesServesAll) {
  ActionData data;
  AddRequests(data, 10, 40, 0.02);
  AddRequests(data, 10, 60, 0.03);
  data.rails.push_back(data.rails[0]);
  const ActionFit fit = FitAction(data, {ModelSpec{.states = 1}, kSteady}, kControl);
  EXPECT_EQ(fit.classes, 2U);
  EXPECT_EQ(fit.rails[0].classes.size(), 1U);
  EXPECT_EQ(fit.rails[1].classes.size(), 2U);
  const std::vector<RailPowerModel> models = fit.PowerModels();
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].classes.size(), 1U);
  EXPECT_EQ(models[1].classes.size(), 2U);
  double sum = static_cast<double>(fit.classes) - 1;
  for (const RailFit& rail : fit.rails) {
    for (const HsmmFit& f : rail.classes) sum += f.parameters;
  }
  EXPECT_EQ(fit.Parameters(), sum);
}

TEST(RefitAction, KeepsStructureAndClasses) {
  ActionData data;
  AddRequests(data, 10, 40, 0.02);
  AddRequests(data, 10, 60, 0.03);
  const ActionFit fit = FitAction(data, {kSteady}, kControl);
  ASSERT_EQ(fit.classes, 2U);
  // The requests in another order, 2 W higher.
  ActionData other{.rails = {{.interval_s = kInterval, .watts = {}}}, .seconds_per_token = {}};
  std::vector<std::size_t> request_class;
  for (std::size_t i = 20; i-- > 0;) {
    std::vector<double> x = data.rails[0].watts[i];
    for (double& w : x) w += 2;
    other.rails[0].watts.push_back(std::move(x));
    other.seconds_per_token.push_back(data.seconds_per_token[i]);
    request_class.push_back(fit.request_class[i]);
  }
  const ActionFit refit = RefitAction(fit, other, request_class, kControl);
  EXPECT_EQ(refit.classes, 2U);
  EXPECT_EQ(refit.request_class, request_class);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(refit.rails[0].classes[k].model.states[0].mean_w,
                fit.rails[0].classes[k].model.states[0].mean_w + 2, 1e-6);
  }
}

HsmmFit OfLevels(std::vector<double> level_w, double level_sd_w) {
  HsmmFit fit;
  fit.level_w = std::move(level_w);
  fit.level_sd_w = level_sd_w;
  return fit;
}

ActionFit OfRails(std::vector<HsmmFit> fits) {
  ActionFit action;
  action.request_class.assign(fits[0].level_w.size(), 0);
  for (HsmmFit& fit : fits) action.rails.push_back({.spec = {}, .classes = {std::move(fit)}});
  return action;
}

// Correlation r of two rails: loadings of sqrt(|r|) each, with its sign.
TEST(PowerModels, TheSharedPartExplainsTheCorrelationOfTwoRails) {
  // Deviations (1, -1, 1, -1) and (1, -1, 0, 0) have correlation 2 / sqrt(4 * 2) = 0.7071.
  for (const double sign : {1.0, -1.0}) {
    const auto models =
        OfRails({OfLevels({1, -1, 1, -1}, 2), OfLevels({sign, -sign, 0, 0}, 3)}).PowerModels();
    const LevelLaw a = models[0].classes[0].level, b = models[1].classes[0].level;
    EXPECT_NEAR(a.shared_w, 2 * std::sqrt(std::sqrt(0.5)), 1e-12);
    EXPECT_NEAR(b.shared_w, sign * 3 * std::sqrt(std::sqrt(0.5)), 1e-12);
    EXPECT_NEAR(std::hypot(a.shared_w, a.own_w), 2, 1e-12);
    EXPECT_NEAR(std::hypot(b.shared_w, b.own_w), 3, 1e-12);
    EXPECT_NEAR(a.shared_w * b.shared_w / 6, sign * std::sqrt(0.5), 1e-12);
  }
}

TEST(PowerModels, ALoneRailSharesNothing) {
  const LevelLaw level = OfRails({OfLevels({1, -1, 1, -1}, 2)}).PowerModels()[0].classes[0].level;
  EXPECT_EQ(level.shared_w, 0);
  EXPECT_NEAR(level.own_w, 2, 1e-12);
}

TEST(PowerModels, NoLevelIsNone) {
  const auto models = OfRails({OfLevels({0, 0, 0}, 0), OfLevels({0, 0, 0}, 0)}).PowerModels();
  for (const RailPowerModel& rail : models) {
    EXPECT_EQ(rail.classes[0].level.shared_w, 0);
    EXPECT_EQ(rail.classes[0].level.own_w, 0);
  }
}

// Levels of a rail with classes are read in units of their class's own spread.
TEST(PowerModels, LevelsOfClassesAreJoinedInTheOrderOfTheRequests) {
  ActionFit action;
  action.classes = 2;
  action.request_class = {0, 1, 0, 1};
  action.rails = {{.spec = {}, .classes = {OfLevels({1, 1, -1, -1}, 1)}},
                  {.spec = {}, .classes = {OfLevels({10, -10}, 10), OfLevels({0.1, -0.1}, 0.1)}}};
  const std::vector<RailPowerModel> models = action.PowerModels();
  // Perfectly correlated once scaled.
  EXPECT_NEAR(models[0].classes[0].level.shared_w, 1, 1e-7);
  ASSERT_EQ(models[1].classes.size(), 2U);
  EXPECT_NEAR(models[1].classes[0].level.shared_w, 10, 1e-6);
  EXPECT_NEAR(models[1].classes[1].level.shared_w, 0.1, 1e-8);
}

}  // namespace
}  // namespace edgesim
