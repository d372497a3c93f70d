// Pacing on a quantile of what is still to be spent.
#include "policies/risk_pacing.h"

#include <gtest/gtest.h>

#include "policies/baselines.h"
#include "tests/support/presets.h"

namespace edgesim {
namespace {

// Two actions: 2 steps for certain, and 3 or 1 with equal chances and a better score.
DecisionModel Coins() {
  DecisionModel model;
  model.energy_step = Joules(10);
  model.energy_budget = Joules(200);
  model.requests = 4;
  model.class_probability = {1};
  ActionOutlook certain, coin;
  certain.energy_pmf = {0, 0, 1};
  coin.energy_pmf = {0, 0.5, 0, 0.5};
  certain.mean_energy_j = coin.mean_energy_j = 20;
  certain.mean_score = 5;
  coin.mean_score = 6;
  model.outlook = {{certain, coin}};
  return Filled(model);
}

ActionId Taken(const DecisionModel& model, double quantile, double left_j,
               std::uint32_t requests_left) {
  const auto policy = RiskPacingConfig{.quantile = quantile}.Make({.model = &model});
  return policy->Act({.energy_left = Joules(left_j), .requests_left = requests_left}, Noise{});
}

TEST(RiskPacingTest, TakesTheQuantileOfTheSum) {
  const DecisionModel model = Coins();
  // One coin: 30 with probability 1/2, so its quantiles above 1/2 are 30.
  EXPECT_EQ(Taken(model, .5, 10, 1), 1U);
  EXPECT_EQ(Taken(model, .51, 29, 1), 0U);
  EXPECT_EQ(Taken(model, .51, 30, 1), 1U);
  // Four coins: 80 or less with probability 11/16, 100 or less with 15/16, 120 surely.
  EXPECT_EQ(Taken(model, 11. / 16, 80, 4), 1U);
  EXPECT_EQ(Taken(model, .7, 99, 4), 0U);
  EXPECT_EQ(Taken(model, .7, 100, 4), 1U);
  EXPECT_EQ(Taken(model, .95, 119, 4), 0U);
  EXPECT_EQ(Taken(model, .95, 120, 4), 1U);
}

TEST(RiskPacingTest, WhereNoneFitsItTakesTheOneThatNeedsLeast) {
  const DecisionModel model = Coins();
  EXPECT_EQ(Taken(model, .95, 40, 4), 0U);  // 80 against 120
  EXPECT_EQ(Taken(model, .2, 0, 1), 1U);    // 10 against 20
}

TEST(RiskPacingTest, WhatIsBeyondTheBudgetIsCompared) {
  DecisionModel model = Coins();
  model.energy_budget = Joules(30);
  std::swap(model.outlook[0][0], model.outlook[0][1]);
  model.outlook[0][1].mean_energy_j = 19;  // both need more than 30 for four: the lesser mean
  EXPECT_EQ(Taken(model, .95, 30, 4), 1U);
}

struct Played {
  double reward = 0, brown_outs = 0;
};

Played Play(const DecisionModel& model, Policy& policy) {
  Played sum;
  constexpr int kEpisodes = 10'000;
  for (std::uint32_t i = 0; i < kEpisodes; ++i) {
    const ModelEpisode episode =
        PlayModel(model, policy, "any", {.seed = 21, .episode = i, .phase = Phase::kEval});
    sum.reward += episode.reward / kEpisodes;
    sum.brown_outs += (episode.browned_out ? 1.0 : 0.0) / kEpisodes;
  }
  return sum;
}

TEST(RiskPacingTest, BrownsOutLessThanPacingAndEarnsMoreWhereThatCosts) {
  for (const Preset* preset : {&kS2, &kS5}) {
    const DecisionModel model = Filled(ModelOf(*preset, 200));
    RiskPacing cautious({}, model), bold({.quantile = 0.5}, model);
    Pacing pacing(model);
    const Played of_cautious = Play(model, cautious), of_bold = Play(model, bold),
                 of_pacing = Play(model, pacing);
    EXPECT_GT(of_pacing.brown_outs, 0.25);
    EXPECT_LT(of_cautious.brown_outs, 0.07);
    EXPECT_GT(of_cautious.reward, of_pacing.reward + 0.8);
    EXPECT_GT(of_bold.brown_outs, 0.3);
  }
}

}  // namespace
}  // namespace edgesim
