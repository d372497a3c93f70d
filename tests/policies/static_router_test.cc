// The best fixed map from class to action against trying all maps.
#include "policies/static_router.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "policies/exact_dp.h"
#include "tests/support/presets.h"
#include "tests/support/small_models.h"

namespace edgesim {
namespace {

constexpr double kRounding = 1e-12;  // sums of a few hundred terms below 100

double EnumeratedValue(const DecisionModel& model, const std::vector<ActionId>& map) {
  const int steps = static_cast<int>(std::lround(model.energy_budget / model.energy_step));
  return EnumerateEpisode(
      model, [&](std::uint32_t, std::uint32_t, std::size_t c, int) { return std::size_t{map[c]}; },
      steps, model.requests, model.model_switch ? model.model_switch->resident_at_start : 0)[0];
}

// The i-th of all maps.
std::vector<ActionId> MapAt(const DecisionModel& model, std::size_t i) {
  std::vector<ActionId> map;
  for (std::size_t c = 0; c < model.classes(); ++c, i /= model.actions())
    map.push_back(static_cast<ActionId>(i % model.actions()));
  return map;
}

std::size_t Maps(const DecisionModel& model) {
  return static_cast<std::size_t>(std::lround(
      std::pow(static_cast<double>(model.actions()), static_cast<double>(model.classes()))));
}

TEST(PropertyStaticRouterTest, TheValueOfAMapEqualsEnumeration) {
  for (const bool switches : {false, true}) {
    for (const bool ends : {false, true}) {
      DecisionModel model = Filled(SmallModel(4, 2, 3, 6, 3));
      if (switches) model = WithSwitches(model);
      model.budget_ends_episode = ends;
      for (std::size_t i = 0; i < Maps(model); ++i) {
        const std::vector<ActionId> map = MapAt(model, i);
        EXPECT_NEAR(RouterValue(model, map), EnumeratedValue(model, map), kRounding);
      }
    }
  }
}

TEST(PropertyStaticRouterTest, TheBestMapIsTheBestOfAll) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    for (const bool switches : {false, true}) {
      DecisionModel model = Filled(SmallModel(seed, 3, 4, 12, 6));
      if (switches) model = WithSwitches(model);
      double best = -INFINITY;
      for (std::size_t i = 0; i < Maps(model); ++i)
        best = std::max(best, RouterValue(model, MapAt(model, i)));
      const RouterChoice choice = BestRouter(model);
      EXPECT_NEAR(choice.value, best, kRounding) << seed;
      EXPECT_NEAR(RouterValue(model, choice.action_of_class), choice.value, kRounding) << seed;
      EXPECT_LE(choice.value, ExactPlan(model).Value() + kRounding) << seed;
    }
  }
}

// S5's costs for every class; what an answer is worth rises with its class's weight on quality.
DecisionModel Graded(std::size_t classes) {
  DecisionModel model = ModelOf(kS5, 100);
  model.class_probability.assign(classes, 1.0 / static_cast<double>(classes));
  const std::vector<ActionOutlook> row = model.outlook[0];
  model.outlook.clear();
  for (std::size_t c = 0; c < classes; ++c) {
    model.outlook.push_back(row);
    const double weight = 0.4 + 1.2 * static_cast<double>(c) / static_cast<double>(classes);
    for (ActionOutlook& outlook : model.outlook.back())
      outlook.mean_score = 8.1 + weight * (outlook.mean_score - 8.1);
  }
  return Filled(model);
}

TEST(StaticRouterTest, SixClassesOfSixActionsTakeFewInductions) {
  const DecisionModel model = Graded(6);
  const RouterChoice choice = BestRouter(model);
  EXPECT_LT(choice.inductions, 2000U);  // of 46,656 maps
  // No change of two classes improves it, and dearer answers go to those that gain by them.
  for (std::size_t c = 0; c < 6; ++c) {
    for (std::size_t d = 0; d < c; ++d) {
      for (std::size_t pair = 0; pair < 36; ++pair) {
        std::vector<ActionId> map = choice.action_of_class;
        map[c] = static_cast<ActionId>(pair / 6);
        map[d] = static_cast<ActionId>(pair % 6);
        EXPECT_LE(RouterValue(model, map), choice.value + kRounding);
      }
    }
  }
  EXPECT_TRUE(std::is_sorted(choice.action_of_class.begin(), choice.action_of_class.end()));
  EXPECT_LT(choice.action_of_class.front(), choice.action_of_class.back());
}

TEST(StaticRouterTest, WithOneClassItIsTheBestConstant) {
  const RouterChoice choice = BestRouter(Filled(ModelOf(kS5, 200)));
  EXPECT_EQ(choice.action_of_class, std::vector<ActionId>{2});
  EXPECT_NEAR(choice.value, 15.7338, 5e-5);  // the project's reference notes on CMDPs, section 4
}

TEST(StaticRouterTest, WithoutABudgetsEndEachClassGetsItsBest) {
  DecisionModel model = Filled(SmallModel(6, 3, 4, 6, 5));
  model.budget_ends_episode = false;
  const RouterChoice choice = BestRouter(model);
  for (std::size_t c = 0; c < 3; ++c) {
    for (const ActionOutlook& other : model.outlook[c])
      EXPECT_GE(model.outlook[c][choice.action_of_class[c]].mean_score, other.mean_score);
  }
}

TEST(StaticRouterTest, FollowsItsMapWhateverIsLeft) {
  const DecisionModel model = Graded(3);
  const auto policy = StaticRouterConfig{}.Make({.model = &model});
  const std::vector<ActionId> map = BestRouter(model).action_of_class;
  for (std::uint32_t c = 0; c < 3; ++c) {
    for (const double left : {0.0, 3.0, 100.0}) {
      const Observation seen{.energy_left = Joules(left), .requests_left = 2, .class_id = c};
      EXPECT_EQ(policy->Act(seen, Noise{}), map[c]);
    }
  }
}

}  // namespace
}  // namespace edgesim
