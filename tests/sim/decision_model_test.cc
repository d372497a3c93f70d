// Tests of sim/decision_model.h: the mixture of all classes.
#include "sim/decision_model.h"

#include <gtest/gtest.h>

#include <cmath>

namespace edgesim {
namespace {

// Two classes, two actions; every number differs.
DecisionModel TwoClasses() {
  DecisionModel model{.energy_step = Joules(2),
                      .class_probability = {0.25, 0.75},
                      .outlook = {},
                      .requests = 20,
                      .energy_budget = Joules(800),
                      .brown_out_reward = -0.5,
                      .draws = 1000,
                      .seed = 42};
  model.outlook = {{{.energy_pmf = {0, 1},
                     .energy_pmf_low = {0, 0, 0, 1},
                     .mean_energy_j = 2,
                     .sd_energy_j = 1,
                     .mean_score = 4,
                     .mean_score_se = 0.3,
                     .exceedance = 0.2,
                     .exceedance_upper95 = 0.4},
                    {.energy_pmf = {1}}},
                   {{.energy_pmf = {0, 0, 0.5, 0.5},
                     .energy_pmf_low = {0, 0, 0, 0, 0, 0, 1},
                     .mean_energy_j = 6,
                     .sd_energy_j = 3,
                     .mean_score = 8,
                     .mean_score_se = 0.1,
                     .exceedance = 0.04,
                     .exceedance_upper95 = 0.08},
                    {.energy_pmf = {0, 1}, .mean_score = 2}}};
  return model;
}

TEST(MergeClasses, HasOneClassAndTheSameActions) {
  const DecisionModel merged = MergeClasses(TwoClasses());
  EXPECT_EQ(merged.classes(), 1U);
  EXPECT_EQ(merged.actions(), 2U);
  EXPECT_EQ(merged.class_probability, std::vector<double>{1});
}

TEST(MergeClasses, KeepsWhatIsNotOfAClass) {
  const DecisionModel merged = MergeClasses(TwoClasses());
  EXPECT_EQ(merged.energy_step, Joules(2));
  EXPECT_EQ(merged.requests, 20U);
  EXPECT_EQ(merged.energy_budget, Joules(800));
  EXPECT_EQ(merged.brown_out_reward, -0.5);
  EXPECT_EQ(merged.draws, 1000U);
  EXPECT_EQ(merged.seed, 42U);
}

TEST(MergeClasses, MixesTheLawsOfEnergy) {
  const ActionOutlook out = MergeClasses(TwoClasses()).outlook[0][0];
  EXPECT_EQ(out.energy_pmf, (std::vector<double>{0, 0.25, 0.375, 0.375}));
  EXPECT_EQ(out.energy_pmf_low, (std::vector<double>{0, 0, 0, 0.25, 0, 0, 0.75}));
  EXPECT_EQ(out.mean_energy_j, 0.25 * 2 + 0.75 * 6);
  // Variance within classes and between them: 0.25 * 1 + 0.75 * 9 + 0.25 * 0.75 * 4^2.
  EXPECT_DOUBLE_EQ(out.sd_energy_j, std::sqrt(7.0 + 3.0));
}

TEST(MergeClasses, KeepsTheJointLawOfEnergyAndScore) {
  DecisionModel model = TwoClasses();
  model.outlook[0][0].score_pmf = {0, 4};
  model.outlook[1][0].score_pmf = {0, 0, 7, 1};
  model.outlook[1][0].score_pmf_low = {0, 0, 0, 0, 0, 0, 8};
  const ActionOutlook out = MergeClasses(model).outlook[0][0];
  EXPECT_EQ(out.score_pmf, (std::vector<double>{0, 1, 5.25, 0.75}));
  EXPECT_EQ(out.score_pmf_low, (std::vector<double>{0, 0, 0, 0, 0, 0, 6}));
}

TEST(MergeClasses, MixesScoresAndExceedances) {
  const DecisionModel merged = MergeClasses(TwoClasses());
  const ActionOutlook& out = merged.outlook[0][0];
  EXPECT_EQ(out.mean_score, 0.25 * 4 + 0.75 * 8);
  EXPECT_DOUBLE_EQ(out.mean_score_se, std::hypot(0.25 * 0.3, 0.75 * 0.1));
  EXPECT_DOUBLE_EQ(out.exceedance, 0.08);
  EXPECT_DOUBLE_EQ(out.exceedance_upper95, 0.16);
  EXPECT_EQ(merged.outlook[0][1].energy_pmf, (std::vector<double>{0.25, 0.75}));
  EXPECT_EQ(merged.outlook[0][1].mean_score, 1.5);
}

TEST(MergeClasses, OneClassIsUnchanged) {
  const DecisionModel once = MergeClasses(TwoClasses()), twice = MergeClasses(once);
  EXPECT_EQ(twice.outlook[0][0].energy_pmf, once.outlook[0][0].energy_pmf);
  EXPECT_DOUBLE_EQ(twice.outlook[0][0].sd_energy_j, once.outlook[0][0].sd_energy_j);
  EXPECT_EQ(twice.outlook[0][0].exceedance_upper95, once.outlook[0][0].exceedance_upper95);
}

TEST(DecisionModel, EmptyHasNoActions) {
  EXPECT_EQ(DecisionModel{}.classes(), 0U);
  EXPECT_EQ(DecisionModel{}.actions(), 0U);
}

}  // namespace
}  // namespace edgesim
