// Tests for experiments/exact_laws.cc: optima of the shipped problems, through their files, against
// an independent program, and what makes a law exact.
#include "experiments/exact_laws.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/experiments/preset_experiment.h"

namespace edgesim {
namespace {

using Overrides = std::vector<std::string>;

double Sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

DecisionModel ModelOf(const std::string& preset, const Overrides& overrides = {}) {
  return EstimateDecisionModel(*BuildPreset(preset, overrides));
}

// A budget of 100 J and half of all energies.
Overrides Halved(const std::string& preset, Overrides more = {}) {
  const LoadedExperiment loaded = LoadPreset(preset);
  Overrides overrides = {"energy_budget.limit_j=100", "optimum.energy_steps=100"};
  for (const ActionLaw& law : loaded.config.device.synthetic->actions) {
    overrides.push_back("device.synthetic.actions." + law.name +
                        ".energy_j=" + std::to_string(law.energy_j[0] / 2));
  }
  overrides.insert(overrides.end(), more.begin(), more.end());
  return overrides;
}

TEST(ExactLaws, OptimaOfTheShippedProblemsAreThePublishedOnes) {
  const struct {
    const char* preset;
    double whole, halved;
  } kCases[] = {{"s1_hard", 14.979340, 14.983918},
                {"s2_brownout", 15.053626, 15.056614},
                {"s3_powercap", 15.386187, 15.386348},
                {"s5_headline", 16.211996, 16.215439}};
  for (const auto& c : kCases) {
    EXPECT_NEAR(ExactPlan(ModelOf(c.preset)).Value(), c.whole, 1e-6) << c.preset;
    EXPECT_NEAR(ExactPlan(ModelOf(c.preset, Halved(c.preset))).Value(), c.halved, 1e-6) << c.preset;
  }
}

// Linear programmes solved by another program: quality, share of the budget used, brown-outs.
TEST(ExactLaws, ConstrainedOptimaAreThoseOfTheLinearProgramme) {
  const struct {
    const char *preset, *delta, *beta;
    double quality, used, brown_out;
  } kCases[] = {{"s1_hard", "0.01", "1", 14.9703, 0.956, 0.0100},
                {"s1_hard", "0.01", "0.9", 14.7936, 0.900, 0.0000},
                {"s2_brownout", "0.01", "1", 15.1033, 0.914, 0.0100},
                {"s2_brownout", "0.001", "1", 15.0217, 0.873, 0.0010},
                {"s2_brownout", "0.01", "0.85", 15.0043, 0.850, 0.0062}};
  for (const auto& c : kCases) {
    SCOPED_TRACE(std::string(c.preset) + " " + c.delta + " " + c.beta);
    const ConstrainedPlan plan = SolveConstrained(ModelOf(
        c.preset,
        Halved(c.preset,
               {"energy_budget.mode=chance", std::string("energy_budget.delta=") + c.delta,
                std::string("energy_budget.beta=") + c.beta, "energy_budget.brown_out_reward=0"})));
    ASSERT_TRUE(plan.feasible);
    EXPECT_NEAR(plan.value, c.quality, 6e-5);
    EXPECT_NEAR(plan.costs[0], c.brown_out, 6e-5);
    EXPECT_NEAR(plan.costs[1], c.used, 6e-4);
  }
}

// The multiplier of the brown-outs alone.
TEST(ExactLaws, TheMultiplierIsTheDualOptimum) {
  const auto lambda = [](const std::string& delta) {
    return SolveConstrained(
               ModelOf("s2_brownout", Halved("s2_brownout", {"energy_budget.mode=chance",
                                                             "energy_budget.delta=" + delta,
                                                             "energy_budget.brown_out_reward=0"})))
        .lambda.at(0);
  };
  EXPECT_NEAR(lambda("0.01"), 2.917, 0.01);
  EXPECT_NEAR(lambda("0.001"), 33.4, 0.1);
}

TEST(ExactLaws, BurstsExceedTheCapWithTheirProbability) {
  const DecisionModel model = ModelOf("s3_powercap");
  const double exceedance[] = {0, 0, 0, 0, 0.3, 0.55};
  const double score[] = {5.8, 6.9, 7.4, 7.7, 7.9 - 16 * 0.3, 8.1 - 16 * 0.55};
  for (ActionId a = 0; a < 6; ++a) {
    const ActionOutlook& outlook = model.outlook[0][a];
    EXPECT_EQ(outlook.exceedance, exceedance[a]);
    EXPECT_EQ(outlook.exceedance_upper95, exceedance[a]);  // known, not estimated
    EXPECT_NEAR(outlook.mean_score, score[a], 1e-12);
    EXPECT_EQ(outlook.mean_score_se, 0);
    EXPECT_NEAR(Sum(outlook.energy_pmf), 1, 1e-12);
    EXPECT_NEAR(Sum(outlook.score_pmf), score[a], 1e-9);
    EXPECT_NEAR(Sum(outlook.exceeded_pmf), exceedance[a], 1e-12);
    EXPECT_TRUE(outlook.late_pmf.empty());
  }
}

// 10 W, in bursts 20 W: k joules take k / 10 s or k / 20 s.
TEST(ExactLaws, WhatTakesTooLongIsLate) {
  const DecisionModel model = ModelOf("s3_powercap", {"latency.limit_s=1.15"});
  for (const ActionId a : {0U, 4U}) {
    const ActionOutlook& outlook = model.outlook[0][a];
    const double burst = a == 4 ? 0.3 : 0;
    ASSERT_EQ(outlook.late_pmf.size(), outlook.energy_pmf.size());
    for (std::size_t k = 0; k < outlook.energy_pmf.size(); ++k) {
      const double share = (k >= 12 ? 1 - burst : 0) + (k >= 24 ? burst : 0);
      EXPECT_NEAR(outlook.late_pmf[k], outlook.energy_pmf[k] * share, 1e-15) << k;
    }
  }
}

TEST(ExactLaws, OtherwiseTheModelIsSampled) {
  const auto sampled = [](const Overrides& overrides) {
    return ModelOf("s3_powercap", overrides).outlook[0][4].mean_score_se > 0;
  };
  EXPECT_FALSE(sampled({}));
  EXPECT_TRUE(sampled({"optimum.energy_steps=150", "optimum.draws=200"}));
  EXPECT_TRUE(sampled({"device.synthetic.energy_step_j=0.5", "optimum.draws=200"}));
  EXPECT_TRUE(sampled({"power_cap.window_s=100", "optimum.draws=200"}));
}

}  // namespace
}  // namespace edgesim
