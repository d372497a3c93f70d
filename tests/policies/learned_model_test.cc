// What is learned of the world: the product-limit estimate by hand, laws found again from random
// episodes with cut requests, posterior draws, what was never tried, saving.
#include "policies/learned_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "sim/input_error.h"
#include "tests/support/trained.h"

namespace edgesim {
namespace {

constexpr double kRounding = 1e-12;  // sums of a few hundred terms below 10

TEST(ProductLimitTest, ByHand) {
  // At risk: 6, 6, 4, 2, 1. Survival: 1 - 1/6 = 5/6, times 1 - 2/4 = 5/12, times 1 - 1/1.
  const auto pmf = ProductLimit({0, 1, 2, 0, 1, 0}, {0, 1, 0, 1, 0, 0});
  const std::vector<double> expected = {0, 1.0 / 6, 5.0 / 12, 0, 5.0 / 12, 0};
  for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_NEAR(pmf[k], expected[k], kRounding);
}

TEST(ProductLimitTest, WhatIsBeyondTheLastCutLiesOneStepAboveIt) {
  EXPECT_EQ(ProductLimit({0, 2, 0, 0, 0}, {0, 0, 2, 0, 0}),
            (std::vector<double>{0, 0.5, 0, 0.5, 0}));
  EXPECT_EQ(ProductLimit({0, 0, 0}, {0, 0, 1}), (std::vector<double>{0, 0, 1}));
}

PolicyContext Context(std::uint32_t classes, std::vector<CostConstraint> constraints = {}) {
  return {.actions = 2, .requests = 4, .classes = classes, .constraints = std::move(constraints)};
}

Transition Took(double energy_j, double reward, std::uint32_t class_id = 0, ActionId action = 0) {
  Transition t{.action = action, .reward = reward, .energy = Joules(energy_j), .completed = true};
  t.before.energy_budget = t.before.energy_left = Joules(100);
  t.before.class_id = class_id;
  t.after = t.before;
  return t;
}

Transition CutAt(double energy_j, double reward) {
  Transition t = Took(energy_j, reward);
  t.completed = false;
  t.browned_out = true;
  t.after.reset();
  return t;
}

TEST(LearnedModelTest, CountsBecomeADecisionModel) {
  LearnedModel learned(Context(2, {{CostKind::kLateness, 0.1}, {CostKind::kCapExceedance, 0.1}}),
                       10);
  learned.Add(Took(20, 0.5));
  learned.Add(Took(20, 0.7));
  Transition slow = Took(33, 0.9);  // between grid points 3 and 4
  slow.late = slow.cap_exceeded = true;
  learned.Add(slow);
  learned.Add(CutAt(20, -3));
  learned.Add(Took(50, 0.1, 1, 1));
  const DecisionModel model = learned.Estimate();
  EXPECT_EQ(model.energy_step, Joules(10));
  EXPECT_EQ(model.energy_budget, Joules(100));
  EXPECT_EQ(model.requests, 4U);
  EXPECT_EQ(model.class_probability, (std::vector<double>{0.8, 0.2}));
  EXPECT_EQ(model.brown_out_reward, -3);
  const ActionOutlook& o = model.outlook[0][0];
  // Of four at risk two take 2 steps; what is left goes to 3 and 4 as 7 to 3.
  EXPECT_NEAR(o.energy_pmf[2], 0.5, kRounding);
  EXPECT_NEAR(o.energy_pmf[3], 0.35, kRounding);
  EXPECT_NEAR(o.energy_pmf[4], 0.15, kRounding);
  EXPECT_EQ(o.energy_pmf.size(), 5U);
  EXPECT_NEAR(o.mean_energy_j, 26.5, kRounding * 100);
  EXPECT_NEAR(o.score_pmf[2], 3, kRounding * 10);  // half of 6
  EXPECT_NEAR(o.mean_score, 3 + 4.5, kRounding * 10);
  EXPECT_NEAR(o.exceedance, 0.5, kRounding);
  EXPECT_NEAR(o.late_pmf[3], 0.35, kRounding);
}

TEST(LearnedModelTest, TheUntriedAreAsElsewhereElseOptimisticAndTheRefusedDoNotFit) {
  LearnedModel learned(Context(2), 10);
  learned.Add(Took(50, 0.1, 1, 1));
  EXPECT_EQ(learned.Untried(1, 1), 0U);
  EXPECT_EQ(learned.Untried(1, 2), 0U);
  DecisionModel model = learned.Estimate();
  EXPECT_EQ(model.outlook[0][1].energy_pmf, model.outlook[1][1].energy_pmf);
  EXPECT_EQ(model.outlook[0][0].energy_pmf, std::vector<double>{1});
  EXPECT_EQ(model.outlook[0][0].mean_score, kMaxScore);
  learned.Refuse(1, 0);
  EXPECT_EQ(learned.Untried(1, 2), 1U);
  EXPECT_EQ(learned.Untried(1, 1), 2U);
  model = learned.Estimate();
  EXPECT_EQ(model.outlook[1][0].energy_pmf.size(), 12U);
  EXPECT_EQ(model.outlook[1][0].energy_pmf[11], 1);
  EXPECT_EQ(model.outlook[1][0].mean_score, 0);
}

// Random actions on S2: one episode in two is cut, mostly in the expensive actions.
LearnedModel AfterRandomEpisodes(const DecisionModel& model, std::uint32_t episodes) {
  class Random final : public Policy {
   public:
    explicit Random(LearnedModel& learned) : learned_(learned) {}
    ActionId Act(const Observation&, const Noise& noise) override {
      WordStream words = noise.Words(Stream::kExplore);
      return UniformIndex(words, 6);
    }
    void Learn(const Transition& t) override { learned_.Add(t); }

   private:
    LearnedModel& learned_;
  };
  LearnedModel learned(ContextOf(model, episodes), 200);
  Random random(learned);
  Train(model, random, 3, 0, episodes);
  return learned;
}

TEST(LearnedModelTest, FindsTheLawsAgainDespiteTheCut) {
  const DecisionModel truth = Filled(ModelOf(kS2, 200));
  const DecisionModel found = AfterRandomEpisodes(truth, 2000).Estimate();
  EXPECT_EQ(found.brown_out_reward, -5);
  for (std::size_t a = 0; a < 6; ++a) {
    const auto& law = truth.outlook[0][a].energy_pmf;
    const ActionOutlook& o = found.outlook[0][a];
    EXPECT_NEAR(std::accumulate(o.energy_pmf.begin(), o.energy_pmf.end(), 0.0), 1, kRounding);
    double mean = 0;
    for (std::size_t k = 0; k < law.size(); ++k) mean += static_cast<double>(k) * law[k];
    // About 5,000 tries each: five standard errors. Counting the cut as ended would be 3 % low.
    EXPECT_NEAR(o.mean_energy_j, mean, 5 * 0.5 * mean / std::sqrt(5000)) << a;
    EXPECT_NEAR(o.mean_score, truth.outlook[0][a].mean_score, 5 * 1.5 / std::sqrt(5000)) << a;
  }
}

TEST(LearnedModelTest, DrawsSpreadAsTheirStandardErrors) {
  const DecisionModel truth = ModelOf(kS2, 200);
  const LearnedModel learned = AfterRandomEpisodes(truth, 50);
  const ActionOutlook center = learned.Estimate().outlook[0][3];
  const double n = learned.Tries(0, 3);
  constexpr int kDraws = 400;
  double energy = 0, energy2 = 0, score = 0, score2 = 0;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    WordStream words = Noise{.seed = 4, .episode = i}.Words(Stream::kResample);
    const ActionOutlook o = learned.Draw(words).outlook[0][3];
    energy += o.mean_energy_j / kDraws;
    energy2 += o.mean_energy_j * o.mean_energy_j / kDraws;
    score += o.mean_score / kDraws;
    score2 += o.mean_score * o.mean_score / kDraws;
  }
  const double energy_se = center.sd_energy_j / std::sqrt(n), score_se = 1.5 / std::sqrt(n);
  EXPECT_NEAR(energy, center.mean_energy_j, 5 * energy_se / std::sqrt(kDraws));
  EXPECT_NEAR(score, center.mean_score, 5 * score_se / std::sqrt(kDraws));
  EXPECT_NEAR(std::sqrt(energy2 - energy * energy) / energy_se, 1, 0.25);
  EXPECT_NEAR(std::sqrt(score2 - score * score) / score_se, 1, 0.25);
}

TEST(LearnedModelTest, SavesAllInASizeThatDoesNotGrow) {
  const DecisionModel truth = ModelOf(kS2, 200);
  PolicyState little, much, again;
  AfterRandomEpisodes(truth, 1).Save(little);
  const LearnedModel learned = AfterRandomEpisodes(truth, 200);
  learned.Save(much);
  for (const auto& [name, values] : much) EXPECT_EQ(values.size(), little.at(name).size()) << name;
  LearnedModel other(ContextOf(truth, 1), 200);
  other.Load(much);
  other.Save(again);
  EXPECT_EQ(again, much);
  EXPECT_EQ(other.Estimate().outlook[0][2].energy_pmf, learned.Estimate().outlook[0][2].energy_pmf);
  LearnedModel coarse(ContextOf(truth, 1), 100);
  EXPECT_THROW(coarse.Load(much), InputError);
}

}  // namespace
}  // namespace edgesim
