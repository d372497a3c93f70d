// A fixed price of energy.
#include "policies/myopic_threshold.h"

#include <gtest/gtest.h>

#include "tests/support/presets.h"

namespace edgesim {
namespace {

// The action taken; it must not depend on what is left.
ActionId Taken(const MyopicThresholdConfig& config, const DecisionModel& model,
               std::uint32_t class_id = 0) {
  const auto policy = config.Make({.model = &model});
  const Observation first{.energy_left = Joules(200), .requests_left = 20, .class_id = class_id};
  const Observation last{.energy_left = Joules(1), .requests_left = 1, .class_id = class_id};
  const ActionId action = policy->Act(first, Noise{});
  EXPECT_EQ(policy->Act(last, Noise{}), action);
  return action;
}

TEST(MyopicThresholdTest, AHigherPriceTakesCheaperActions) {
  const DecisionModel model = Filled(ModelOf(kS2, 200));
  // Slopes between neighbours, times the budget: 10, 3.33, 1.875, 1.36, 0.67.
  EXPECT_EQ(Taken({.price_per_budget = 0}, model), 5U);
  EXPECT_EQ(Taken({.price_per_budget = 0.66}, model), 5U);
  EXPECT_EQ(Taken({.price_per_budget = 0.68}, model), 4U);
  EXPECT_EQ(Taken({.price_per_budget = 1.88}, model), 2U);
  EXPECT_EQ(Taken({.price_per_budget = 9.9}, model), 1U);
  EXPECT_EQ(Taken({.price_per_budget = 10.1}, model), 0U);
}

TEST(MyopicThresholdTest, ByDefaultTheMeanEnergyMeetsTheBudget) {
  DecisionModel model = Filled(ModelOf(kS2, 200));
  EXPECT_EQ(Taken({}, model), 2U);  // 20 * 8.4 fit, 20 * 11.6 do not
  model.requests = 17;
  EXPECT_EQ(Taken({}, model), 3U);  // 17 * 11.6 = 197.2
  model.requests = 18;
  EXPECT_EQ(Taken({}, model), 2U);
  model.requests = 9;
  EXPECT_EQ(Taken({}, model), 5U);  // all fit
  model.requests = 100;
  EXPECT_EQ(Taken({}, model), 0U);  // none does
}

TEST(MyopicThresholdTest, ThePriceIsOneForAllClasses) {
  DecisionModel model = ModelOf(kS2, 200);
  model.class_probability = {0.5, 0.5};
  model.outlook.push_back(model.outlook[0]);
  for (ActionOutlook& outlook : model.outlook[1]) outlook.mean_score = 7;  // nothing to gain
  model = Filled(model);
  EXPECT_EQ(Taken({}, model, 1), 0U);
  EXPECT_EQ(Taken({}, model, 0), 3U);  // (4.2 + 11.6) / 2 = 7.9 fits, (4.2 + 16) / 2 does not
}

}  // namespace
}  // namespace edgesim
