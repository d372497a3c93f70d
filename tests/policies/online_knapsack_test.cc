// The online knapsack's threshold.
#include "policies/online_knapsack.h"

#include <gtest/gtest.h>

#include <cmath>

namespace edgesim {
namespace {

ActionOutlook Outlook(double mean_j, double score) {
  ActionOutlook outlook;
  outlook.mean_energy_j = mean_j;
  outlook.mean_score = score;
  return outlook;
}

// Scores per joule .08, .05, .02; the other class .1 and .01.
DecisionModel Model() {
  DecisionModel model;
  model.class_probability = {0.5, 0.5};
  model.outlook = {{Outlook(50, 4), Outlook(120, 6), Outlook(400, 8)},
                   {Outlook(30, 3), Outlook(500, 5)}};
  return model;
}

Observation See(double used, std::uint32_t class_id = 0) {
  return {.energy_left = Joules(1000 * (1 - used)),
          .energy_budget = Joules(1000),
          .requests_left = 1,
          .class_id = class_id};
}

TEST(OnlineKnapsackTest, TheThresholdRisesFromBelowTheLeastToTheMostRatio) {
  const DecisionModel model = Model();
  const OnlineKnapsack policy(model);
  EXPECT_NEAR(policy.Threshold(0), .01 / std::exp(1), 1e-15);
  EXPECT_NEAR(policy.Threshold(1), .1, 1e-15);
  const double ln_ratio = std::log(10.0);
  EXPECT_NEAR(policy.Threshold(1 / (ln_ratio + 1)), .01, 1e-15);  // from here the least is refused
  EXPECT_NEAR(policy.Threshold(2), policy.Threshold(1), 0);
  EXPECT_NEAR(policy.Threshold(-1), policy.Threshold(0), 0);
}

TEST(OnlineKnapsackTest, TakesTheBestScoreAtOrAboveTheThreshold) {
  const DecisionModel model = Model();
  const auto policy = OnlineKnapsackConfig{}.Make({.model = &model});
  // The threshold is .02 at (1 + ln 2) / (1 + ln 10) = .513, .05 at .790, .08 at .932.
  EXPECT_EQ(policy->Act(See(0), Noise{}), 2U);
  EXPECT_EQ(policy->Act(See(.512), Noise{}), 2U);
  EXPECT_EQ(policy->Act(See(.514), Noise{}), 1U);
  EXPECT_EQ(policy->Act(See(.789), Noise{}), 1U);
  EXPECT_EQ(policy->Act(See(.791), Noise{}), 0U);
  EXPECT_EQ(policy->Act(See(.999), Noise{}), 0U);  // none is: the most per joule
  EXPECT_EQ(policy->Act(See(.30, 1), Noise{}), 1U);
  EXPECT_EQ(policy->Act(See(.31, 1), Noise{}), 0U);
}

TEST(OnlineKnapsackTest, WhatCostsOrEarnsNothingDoesNotSetTheThreshold) {
  DecisionModel model = Model();
  model.outlook[0].push_back(Outlook(10, 0));
  model.outlook[1].push_back(Outlook(0, 2));
  OnlineKnapsack policy(model);
  EXPECT_NEAR(policy.Threshold(1), .1, 1e-15);
  EXPECT_NEAR(policy.Threshold(0), .01 / std::exp(1), 1e-15);
  EXPECT_EQ(policy.Act(See(1, 1), Noise{}), 0U);  // .1 is at the threshold and earns more than 2
}

}  // namespace
}  // namespace edgesim
