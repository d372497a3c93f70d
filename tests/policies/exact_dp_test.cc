// Exact planning: published values, brute force, bounds, and hindsight against exhaustive search.
#include "policies/exact_dp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "tests/support/presets.h"
#include "tests/support/small_models.h"

namespace edgesim {
namespace {

constexpr double kRounding = 1e-12;  // sums of a few hundred terms below 100

double OptimumOf(const Preset& preset, double budget) {
  return ExactPlan(Filled(ModelOf(preset, budget))).Value();
}

constexpr double kPublishedDigits = 1e-6;  // the references have six decimals

TEST(ExactPlanTest, ReferenceValuesAtBudget200) {
  EXPECT_NEAR(OptimumOf(kS1, 200), 14.979340, kPublishedDigits);
  EXPECT_NEAR(OptimumOf(kS2, 200), 15.053626, kPublishedDigits);
  EXPECT_NEAR(OptimumOf(kS3, 200), 15.386187, kPublishedDigits);
  EXPECT_NEAR(OptimumOf(kS5, 200), 16.211996, kPublishedDigits);
}

TEST(ExactPlanTest, ReferenceValuesAtBudget100) {
  EXPECT_NEAR(OptimumOf(kS1, 100), 14.983918, kPublishedDigits);
  EXPECT_NEAR(OptimumOf(kS2, 100), 15.056614, kPublishedDigits);
  EXPECT_NEAR(OptimumOf(kS3, 100), 15.386348, kPublishedDigits);
  EXPECT_NEAR(OptimumOf(kS5, 100), 16.215439, kPublishedDigits);
}

TEST(ExactPlanTest, APlanWithOneActionIsThatActionsValue) {
  const auto always = [](const Preset& preset, std::size_t action) {
    DecisionModel model = ModelOf(preset, 200);
    model.outlook[0] = {model.outlook[0][action]};
    return ExactPlan(Filled(model)).Value();
  };
  constexpr double kFourDecimals = 5e-5;
  EXPECT_NEAR(always(kS1, 2), 14.8405, kFourDecimals);
  EXPECT_NEAR(always(kS2, 2), 14.6894, kFourDecimals);
  EXPECT_NEAR(always(kS3, 2), 14.8000, kFourDecimals);
  EXPECT_NEAR(always(kS5, 2), 15.7338, kFourDecimals);
}

// The mean reward of following the plan in its own model must be the value it claims.
TEST(ExactPlanTest, FollowingThePlanEarnsItsValue) {
  const DecisionModel model = ModelOf(kS2, 100);
  const auto plan = std::make_shared<const ExactPlan>(Filled(model));
  ExactDp policy(plan);
  constexpr int kEpisodes = 20'000;
  double sum = 0, squares = 0;
  for (std::uint32_t episode = 0; episode < kEpisodes; ++episode) {
    double reward = 0;
    std::size_t left = 100;
    for (std::uint32_t requests = 20; requests > 0; --requests) {
      const Noise noise{.seed = 1, .episode = episode, .entity = requests, .phase = Phase::kEval};
      const ActionId a = policy.Act({.energy_left = Joules(static_cast<double>(left)),
                                     .energy_budget = Joules(100),
                                     .requests_left = requests,
                                     .class_id = 3},  // a class-blind plan does not look
                                    noise);
      WordStream words = noise.Words(Stream::kRail);
      double u = Uniform01(words);
      std::size_t cost = 0;
      const std::vector<double>& pmf = model.outlook[0][a].energy_pmf;
      while (cost + 1 < pmf.size() && u >= pmf[cost]) u -= pmf[cost++];
      if (cost > left) {
        reward += model.brown_out_reward;
        break;
      }
      left -= cost;
      reward += model.outlook[0][a].mean_score / 10;
    }
    sum += reward;
    squares += reward * reward;
  }
  const double mean = sum / kEpisodes;
  const double se = std::sqrt((squares / kEpisodes - mean * mean) / kEpisodes);
  EXPECT_NEAR(mean, plan->Value(), 4 * se);
}

// The same by enumeration of all that can happen, in whole steps of energy.
double BruteValue(const DecisionModel& model, int left, std::uint32_t requests);

double BruteActionValue(const DecisionModel& model, int left, std::uint32_t requests, std::size_t c,
                        std::size_t a) {
  const ActionOutlook& outlook = model.outlook[c][a];
  double value = 0;
  for (int cost = 0; cost < static_cast<int>(outlook.energy_pmf.size()); ++cost) {
    const double p = outlook.energy_pmf[static_cast<std::size_t>(cost)];
    value +=
        p * (cost > left ? model.brown_out_reward
                         : outlook.mean_score / 10 + BruteValue(model, left - cost, requests - 1));
  }
  return value;
}

double BruteValue(const DecisionModel& model, int left, std::uint32_t requests) {
  if (requests == 0) return 0;
  double value = 0;
  for (std::size_t c = 0; c < model.classes(); ++c) {
    double best = -1e300;
    for (std::size_t a = 0; a < model.actions(); ++a) {
      best = std::max(best, BruteActionValue(model, left, requests, c, a));
    }
    value += model.class_probability[c] * best;
  }
  return value;
}

TEST(PropertyExactPlanTest, EqualsBruteForceOnSmallModels) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const DecisionModel model = SmallModel(seed, 2, 3, 6, 3);
    const ExactPlan plan(Filled(model));
    EXPECT_NEAR(plan.Value(), BruteValue(model, 6, 3), kRounding) << seed;
    for (std::uint32_t requests = 1; requests <= 3; ++requests) {
      for (int left = 0; left <= 6; ++left) {
        for (std::uint32_t c = 0; c < 2; ++c) {
          double best = -1e300;
          for (ActionId a = 0; a < 3; ++a) {
            const double brute = BruteActionValue(model, left, requests, c, a);
            EXPECT_NEAR(plan.ActionValue(Joules(2.5 * left), requests, c, a), brute, kRounding);
            best = std::max(best, brute);
          }
          const ActionId chosen = plan.Best(Joules(2.5 * left), requests, c);
          EXPECT_NEAR(BruteActionValue(model, left, requests, c, chosen), best, kRounding);
        }
      }
    }
  }
}

TEST(ExactPlanTest, WhatComesToExactlyTheBudgetFits) {
  DecisionModel model;
  model.energy_step = Joules(1);
  model.energy_budget = Joules(4);
  model.requests = 2;
  model.brown_out_reward = -3;
  model.class_probability = {1};
  ActionOutlook outlook;
  outlook.energy_pmf = {0, 0, 1};
  outlook.mean_score = 6;
  model.outlook = {{outlook}};
  EXPECT_NEAR(ExactPlan(Filled(model)).Value(), 1.2, kRounding);
  model.energy_budget = Joules(3);
  EXPECT_NEAR(ExactPlan(Filled(model)).Value(), 0.6 - 3, kRounding);
}

TEST(ExactPlanTest, ActionValuesAreLinearBetweenGridPointsAndConstantBeyondThem) {
  const ExactPlan plan(Filled(SmallModel(5, 2, 3, 6, 3)));
  for (const double share : {0.25, 0.5, 0.9}) {
    for (int left = 0; left < 6; ++left) {
      for (ActionId a = 0; a < 3; ++a) {
        const double below = plan.ActionValue(Joules(2.5 * left), 2, 1, a);
        const double above = plan.ActionValue(Joules(2.5 * (left + 1)), 2, 1, a);
        EXPECT_NEAR(plan.ActionValue(Joules(2.5 * (left + share)), 2, 1, a),
                    (1 - share) * below + share * above, kRounding);
      }
    }
  }
  EXPECT_EQ(plan.ActionValue(Joules(-1), 2, 1, 0), plan.ActionValue(Joules(0), 2, 1, 0));
  EXPECT_EQ(plan.ActionValue(Joules(99), 2, 1, 0), plan.ActionValue(Joules(15), 2, 1, 0));
}

TEST(ExactPlanTest, BestFollowsTheInterpolatedValues) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const ExactPlan plan(Filled(SmallModel(seed, 2, 3, 6, 3)));
    for (int i = 0; i <= 60; ++i) {
      const Joules left(0.25 * i);
      const ActionId best = plan.Best(left, 2, 0);
      for (ActionId a = 0; a < 3; ++a) {
        EXPECT_GE(plan.ActionValue(left, 2, 0, best), plan.ActionValue(left, 2, 0, a));
      }
    }
  }
}

TEST(ExactPlanTest, OfEqualActionsTheFirstIsTaken) {
  DecisionModel model = SmallModel(3, 1, 1, 6, 3);
  model.outlook[0].push_back(model.outlook[0][0]);
  model.outlook[0].push_back(model.outlook[0][0]);
  const ExactPlan plan(Filled(model));
  for (int left = 0; left <= 6; ++left) EXPECT_EQ(plan.Best(Joules(2.5 * left), 3, 0), 0U);
}

TEST(PropertyExactPlanTest, SeeingTheClassNeverHurts) {
  int strictly = 0;
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    const DecisionModel model = SmallModel(seed, 3, 3, 12, 8);
    const ExactPlan aware(Filled(model)), blind(MergeClasses(Filled(model)));
    EXPECT_TRUE(blind.class_blind());
    EXPECT_FALSE(aware.class_blind());
    EXPECT_LE(blind.Value(), aware.Value() + kRounding) << seed;
    strictly += aware.Value() > blind.Value() + 1e-6;
  }
  EXPECT_GT(strictly, 25);  // and mostly it helps
}

// Half of the requests cost 1 and earn 1, half cost 3 and earn nothing; 2 are left.
DecisionModel CheapIsGood() {
  DecisionModel model;
  model.energy_step = Joules(1);
  model.energy_budget = Joules(2);
  model.requests = 1;
  model.class_probability = {0.5, 0.5};
  ActionOutlook cheap_and_good, dear_and_bad;
  cheap_and_good.energy_pmf = {0, 1};
  cheap_and_good.energy_pmf_low = {0, 0, 0, 0, 1};
  cheap_and_good.mean_score = 10;
  dear_and_bad.energy_pmf = {0, 0, 0, 1};
  dear_and_bad.energy_pmf_low = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  dear_and_bad.mean_score = 0;
  model.outlook = {{cheap_and_good}, {dear_and_bad}};
  return model;
}

TEST(UpperBoundTest, HoldsForAPlannerThatDoesNotSeeTheClass) {
  // The one policy there is earns 0.5 whether or not it sees the class.
  EXPECT_NEAR(ExactPlan(Filled(CheapIsGood())).Value(), 0.5, kRounding);
  EXPECT_GE(UpperBound(MergeClasses(Filled(CheapIsGood()))), 0.5 - kRounding);
}

// A brown-out may pay: lower energies then mean fewer of them.
TEST(UpperBoundTest, HoldsWhereABrownOutEarnsMoreThanAnAnswer) {
  DecisionModel model;
  model.energy_step = Joules(1);
  model.energy_budget = Joules(2);
  model.requests = 1;
  model.class_probability = {1};
  model.brown_out_reward = 0.9;
  ActionOutlook outlook;
  outlook.energy_pmf = {0, 0, 0, 1};                     // 3: over the budget
  outlook.energy_pmf_low = {0, 0, 0, 0, 0, 0, 0, 0, 1};  // lowered to 2: within it
  outlook.mean_score = 1;
  model.outlook = {{outlook}};
  EXPECT_GE(UpperBound(Filled(model)), ExactPlan(Filled(model)).Value() - kRounding);
}

TEST(ExactPlanTest, AClassBlindPlanExpectsWhatItWillEarn) {
  EXPECT_NEAR(ExactPlan(MergeClasses(Filled(CheapIsGood()))).Value(), 0.5, kRounding);
}

TEST(ExactPlanTest, MergingOneClassChangesNothing) {
  const DecisionModel model = SmallModel(8, 1, 3, 12, 8);
  EXPECT_EQ(ExactPlan(MergeClasses(Filled(model))).Value(), ExactPlan(Filled(model)).Value());
}

TEST(UpperBoundTest, IsTheValueWhereNothingIsUncertainAndNothingRounded) {
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    const DecisionModel model = SmallModel(seed, 2, 3, 10, 6);
    EXPECT_NEAR(UpperBound(Filled(model)), ExactPlan(Filled(model)).Value(), kRounding) << seed;
  }
}

TEST(PropertyUpperBoundTest, IsNeverBelowTheValue) {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    DecisionModel model = SmallModel(seed, 2, 3, 10, 6);
    const double value = ExactPlan(Filled(model)).Value();
    WordStream words = Noise{.seed = seed}.Words(Stream::kLevel);
    for (auto& row : model.outlook) {
      for (ActionOutlook& outlook : row) {
        // Each cost falls by up to three quarter steps.
        std::vector<double> lowered(outlook.energy_pmf_low.size(), 0.0);
        for (std::size_t k = 0; k < lowered.size(); ++k) {
          lowered[k - std::min(k, std::size_t{UniformIndex(words, kBoundSteps)})] +=
              outlook.energy_pmf_low[k];
        }
        outlook.energy_pmf_low = lowered;
      }
    }
    const double bound = UpperBound(Filled(model));
    EXPECT_GE(bound, value - kRounding) << seed;
    for (auto& row : model.outlook) {
      for (ActionOutlook& outlook : row) outlook.mean_score_se = 0.1;
    }
    EXPECT_GT(UpperBound(Filled(model)), bound) << seed;
  }
}

TEST(UpperBoundTest, ScoresRiseByTwoStandardErrorsButNotAboveTheHighest) {
  DecisionModel model;
  model.energy_step = Joules(1);
  model.energy_budget = Joules(10);
  model.requests = 2;
  model.class_probability = {1};
  ActionOutlook outlook;
  outlook.energy_pmf = outlook.energy_pmf_low = {1};  // costs nothing
  outlook.mean_score = 6;
  outlook.mean_score_se = 0.5;
  model.outlook = {{outlook}};
  EXPECT_NEAR(UpperBound(Filled(model)), 1.4, kRounding);
  model.outlook[0][0].mean_score_se = 5;
  EXPECT_NEAR(UpperBound(Filled(model)), 2, kRounding);
}

// All ways to serve or skip each request; the most reward of those within the budget.
double ExhaustiveHindsight(const std::vector<std::vector<double>>& energy_j,
                           const std::vector<std::vector<double>>& reward, double budget,
                           std::size_t i = 0) {
  if (i == energy_j.size()) return 0;
  double best = ExhaustiveHindsight(energy_j, reward, budget, i + 1);
  for (std::size_t a = 0; a < energy_j[i].size(); ++a) {
    if (energy_j[i][a] > budget) continue;
    best = std::max(
        best, reward[i][a] + ExhaustiveHindsight(energy_j, reward, budget - energy_j[i][a], i + 1));
  }
  return best;
}

struct Instance {
  std::vector<std::vector<double>> energy_j, reward;  // [request][action]
};

// 5 requests, 3 actions, energies whole multiples of step up to 16 of them.
Instance RandomInstance(std::uint32_t seed, double step) {
  WordStream words = Noise{.seed = seed}.Words(Stream::kQuestion);
  Instance instance;
  for (int i = 0; i < 5; ++i) {
    auto& energy = instance.energy_j.emplace_back();
    auto& reward = instance.reward.emplace_back();
    for (int a = 0; a < 3; ++a) {
      energy.push_back(step * UniformIndex(words, 17));
      reward.push_back(Uniform01(words));
    }
  }
  return instance;
}

TEST(PropertyHindsightTest, EqualsExhaustiveSearchOnTheGrid) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    constexpr double kStep = 0.25;  // exact in binary
    const Instance instance = RandomInstance(seed, kStep);
    for (const std::size_t grid : {8U, 20U, 32U, 100U}) {
      const double budget = kStep * static_cast<double>(grid);
      EXPECT_NEAR(HindsightReward(instance.energy_j, instance.reward, Joules(budget), grid),
                  ExhaustiveHindsight(instance.energy_j, instance.reward, budget), kRounding)
          << seed << " " << grid;
    }
  }
}

TEST(PropertyHindsightTest, IsABoundOffTheGridAndFallsTowardsTheExactWithIt) {
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    const Instance instance = RandomInstance(seed, 0.7310585786);
    const double exact = ExhaustiveHindsight(instance.energy_j, instance.reward, 20);
    const double coarse = HindsightReward(instance.energy_j, instance.reward, Joules(20), 10);
    const double fine = HindsightReward(instance.energy_j, instance.reward, Joules(20), 4000);
    EXPECT_GE(coarse, exact - kRounding) << seed;
    EXPECT_GE(fine, exact - kRounding) << seed;
    // 4000 divides the coarse grid, so each cost is rounded down by no more.
    EXPECT_LE(fine, coarse + kRounding) << seed;
  }
}

// The project's reference notes on constrained MDPs, section 4.1. Costs of the actions are drawn
// independently; so is in S3 whether a request exceeds the cap, which is known in hindsight too.
TEST(HindsightTest, PublishedValues) {
  const std::vector<std::pair<const Preset*, double>> values = {
      {&kS1, 15.52}, {&kS2, 16.09}, {&kS3, 15.72}, {&kS5, 17.06}};
  for (const auto& [preset, value] : values) {
    const DecisionModel model = ModelOf(*preset, 200);
    constexpr int kEpisodes = 1000;  // the standard deviation is near 0.1
    double sum = 0;
    for (std::uint32_t episode = 0; episode < kEpisodes; ++episode) {
      Instance instance;
      for (std::uint32_t i = 0; i < 20; ++i) {
        WordStream words = Noise{.seed = 4, .episode = episode}.Of(i).Words(Stream::kRail);
        auto& energy = instance.energy_j.emplace_back();
        auto& reward = instance.reward.emplace_back();
        for (std::size_t a = 0; a < 6; ++a) {
          const std::vector<double>& pmf = model.outlook[0][a].energy_pmf;
          double u = Uniform01(words);
          std::size_t cost = 0;
          while (cost + 1 < pmf.size() && u >= pmf[cost]) u -= pmf[cost++];
          energy.push_back(static_cast<double>(cost));
          const bool exceeds = Uniform01(words) < preset->cap_probability[a];
          reward.push_back(preset->quality[a] - (exceeds ? preset->cap_penalty : 0));
        }
      }
      sum += HindsightReward(instance.energy_j, instance.reward, Joules(200), 200);
    }
    EXPECT_NEAR(sum / kEpisodes, value, 0.02);
  }
}

TEST(HindsightTest, NoRequestsAndNothingAffordableEarnNothing) {
  EXPECT_EQ(HindsightReward({}, {}, Joules(10), 10), 0);
  EXPECT_EQ(HindsightReward({{11, 1e9}}, {{1, 1}}, Joules(10), 10), 0);
  EXPECT_EQ(HindsightReward({{10}}, {{1}}, Joules(10), 10), 1);
}

}  // namespace
}  // namespace edgesim
