// Policies that do not learn: each rule on outlooks small enough to see the answer.
#include "policies/baselines.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "policies/backward_induction.h"
#include "tests/support/presets.h"

namespace edgesim {
namespace {

Observation See(double left_j, std::uint32_t requests_left = 1, std::uint32_t class_id = 0) {
  return {.energy_left = Joules(left_j),
          .energy_budget = Joules(1000),
          .requests_left = requests_left,
          .class_id = class_id};
}

ActionOutlook Outlook(double mean_j, double sd_j, double score) {
  ActionOutlook outlook;
  outlook.mean_energy_j = mean_j;
  outlook.sd_energy_j = sd_j;
  outlook.mean_score = score;
  return outlook;
}

// Class 0: better costs more. Class 1: the cheapest is the best.
DecisionModel Model() {
  DecisionModel model;
  model.class_probability = {0.5, 0.5};
  model.outlook = {{Outlook(100, 10, 4), Outlook(200, 50, 7), Outlook(400, 20, 8)},
                   {Outlook(100, 10, 9), Outlook(200, 50, 7), Outlook(400, 20, 8)}};
  return model;
}

TEST(AlwaysTest, IsAlways) {
  Always policy(3);
  for (std::uint32_t i = 0; i < 20; ++i) EXPECT_EQ(policy.Act(See(i), Noise{.seed = 1}.Of(i)), 3U);
}

TEST(RandomTest, IsUniform) {
  Random policy(6);
  constexpr int kDraws = 12'000;
  std::vector<int> taken(6, 0);
  for (std::uint32_t i = 0; i < kDraws; ++i) ++taken[policy.Act(See(500), Noise{.seed = 2}.Of(i))];
  double chi_square = 0;
  for (const int n : taken) chi_square += (n - kDraws / 6.0) * (n - kDraws / 6.0) / (kDraws / 6.0);
  constexpr double kChiSquare5At999 = 20.52;  // 99.9 % quantile, 5 degrees of freedom
  EXPECT_LT(chi_square, kChiSquare5At999);
}

TEST(GreedyQualityTest, TakesTheBestThatFitsWithItsMargin) {
  const DecisionModel model = Model();
  GreedyQuality policy(GreedyQualityConfig{.margin_sd = 1}, model);
  EXPECT_EQ(policy.Act(See(1000), Noise{}), 2U);
  EXPECT_EQ(policy.Act(See(420), Noise{}), 2U);  // 400 + 20 fits exactly
  EXPECT_EQ(policy.Act(See(419.9), Noise{}), 1U);
  EXPECT_EQ(policy.Act(See(250), Noise{}), 1U);
  EXPECT_EQ(policy.Act(See(249.9), Noise{}), 0U);
  EXPECT_EQ(policy.Act(See(110), Noise{}), 0U);
}

TEST(GreedyQualityTest, TheMarginIsInStandardDeviations) {
  const DecisionModel model = Model();
  GreedyQuality none(GreedyQualityConfig{.margin_sd = 0}, model);
  EXPECT_EQ(none.Act(See(400), Noise{}), 2U);
  EXPECT_EQ(none.Act(See(399), Noise{}), 1U);
  GreedyQuality wide(GreedyQualityConfig{.margin_sd = 3}, model);
  EXPECT_EQ(wide.Act(See(459), Noise{}), 1U);  // 400 + 3 * 20 does not fit, 200 + 3 * 50 does
  EXPECT_EQ(wide.Act(See(349), Noise{}), 0U);
}

TEST(GreedyQualityTest, TakesTheCheapestWhereNoneFits) {
  DecisionModel model = Model();
  std::swap(model.outlook[0][0], model.outlook[0][2]);  // now the cheapest stands last
  GreedyQuality policy(GreedyQualityConfig{}, model);
  EXPECT_EQ(policy.Act(See(109), Noise{}), 2U);
  EXPECT_EQ(policy.Act(See(0), Noise{}), 2U);
}

TEST(GreedyQualityTest, ABetterScoreBehindItIsNotAReasonToLeaveAnAffordableZero) {
  DecisionModel model = Model();
  model.outlook[0] = {Outlook(50, 0, 1), Outlook(20, 0, 0), Outlook(400, 0, 9)};
  GreedyQuality policy(GreedyQualityConfig{.margin_sd = 0}, model);
  EXPECT_EQ(policy.Act(See(30), Noise{}), 1U);  // only the one of score 0 fits
  EXPECT_EQ(policy.Act(See(60), Noise{}), 0U);
}

TEST(GreedyQualityTest, LooksAtTheClass) {
  const DecisionModel model = Model();
  GreedyQuality policy(GreedyQualityConfig{}, model);
  EXPECT_EQ(policy.Act(See(1000, 1, 0), Noise{}), 2U);
  EXPECT_EQ(policy.Act(See(1000, 1, 1), Noise{}), 0U);
}

TEST(GreedyEfficiencyTest, TakesTheMostScorePerJouleWhateverIsLeft) {
  DecisionModel model = Model();
  GreedyEfficiency policy(model);
  // Class 0: .04, .035, .02 per J.
  EXPECT_EQ(policy.Act(See(1000), Noise{}), 0U);
  EXPECT_EQ(policy.Act(See(1), Noise{}), 0U);
  model.outlook[0][1].mean_score = 8.1;  // .0405
  EXPECT_EQ(policy.Act(See(1000), Noise{}), 1U);
  EXPECT_EQ(policy.Act(See(1), Noise{}), 1U);
  EXPECT_EQ(policy.Act(See(1000, 1, 1), Noise{}), 0U);
  model.outlook[1][2].mean_energy_j = 80;  // .1
  EXPECT_EQ(policy.Act(See(1000, 1, 1), Noise{}), 2U);
}

TEST(PacingTest, KeepsTheMeanWithinAnEvenShareOfWhatIsLeft) {
  const DecisionModel model = Model();
  Pacing policy(model);
  EXPECT_EQ(policy.Act(See(4000, 10), Noise{}), 2U);  // share 400, exactly
  EXPECT_EQ(policy.Act(See(3990, 10), Noise{}), 1U);
  EXPECT_EQ(policy.Act(See(2000, 10), Noise{}), 1U);  // the sd does not count
  EXPECT_EQ(policy.Act(See(1990, 10), Noise{}), 0U);
  EXPECT_EQ(policy.Act(See(400, 1), Noise{}), 2U);
  EXPECT_EQ(policy.Act(See(10, 10), Noise{}), 0U);  // none: the cheapest
  EXPECT_EQ(policy.Act(See(4000, 10, 1), Noise{}), 0U);
}

TEST(PacingTest, FallsBackOnTheCheapestWhereverItStands) {
  DecisionModel model = Model();
  std::swap(model.outlook[0][0], model.outlook[0][1]);
  Pacing policy(model);
  EXPECT_EQ(policy.Act(See(10, 10), Noise{}), 1U);
}

// What a policy without randomness expects, asked at every point of the grid.
struct Expected {
  double reward, use;
};

Expected ExpectedOf(const DecisionModel& model, Policy& policy) {
  const EpisodeDynamics d = DynamicsOf(model);
  ActionGrid actions(d.requests * d.points());
  for (std::uint32_t left = 1; left <= d.requests; ++left) {
    for (std::size_t e = 0; e < d.points(); ++e) {
      actions[GridIndex(d, left, 0, 0, e)] =
          policy.Act({.energy_left = model.energy_step * static_cast<double>(e),
                      .energy_budget = model.energy_budget,
                      .requests_left = left},
                     Noise{});
    }
  }
  return {Evaluate(d, RewardOf(model), actions),
          Evaluate(d, PayoffOf(model, CostKind::kEnergy), actions)};
}

// The project's reference notes on constrained MDPs, section 4.1: 40,000 episodes, two decimals;
// its rows without a share of the budget give none here.
TEST(BaselinesTest, PublishedRewards) {
  struct Row {
    double reward, use;
  };
  struct {
    const Preset& preset;
    Row efficiency, always2, always3, pacing;
  } const table[] = {
      {kS1, {11.00, .42}, {14.84, .934}, {10.33, 1.00}, {14.89, .980}},
      {kS2, {12.40, .42}, {14.70, .837}, {8.69, .995}, {13.46, .978}},
      {kS3, {11.60, .28}, {14.80, .620}, {15.21, .869}, {15.33, .869}},
      {kS5, {13.60, .42}, {15.74, .876}, {9.86, .999}, {15.01, .979}},
  };
  const auto expect = [](const Expected& expected, const Row& row) {
    EXPECT_NEAR(expected.reward, row.reward, 0.025);  // 0.02 and half a digit
    EXPECT_NEAR(expected.use, row.use, 1.5e-3);
  };
  for (const auto& row : table) {
    const DecisionModel model = Filled(ModelOf(row.preset, 200));
    GreedyEfficiency efficiency(model);
    Always always2(2), always3(3);
    Pacing pacing(model);
    expect(ExpectedOf(model, efficiency), row.efficiency);
    expect(ExpectedOf(model, always2), row.always2);
    expect(ExpectedOf(model, always3), row.always3);
    expect(ExpectedOf(model, pacing), row.pacing);
  }
}

// Section 4: the exact values of choosing at random.
TEST(RandomTest, EarnsWhatChanceExpects) {
  const std::vector<std::pair<const Preset*, double>> values = {
      {&kS1, 8.979370}, {&kS2, 9.060484}, {&kS3, 9.015441}, {&kS5, 8.780321}};
  for (const auto& [preset, value] : values) {
    const DecisionModel model = Filled(ModelOf(*preset, 200));
    Random policy(6);
    constexpr int kEpisodes = 40'000;
    double sum = 0, squares = 0;
    for (std::uint32_t i = 0; i < kEpisodes; ++i) {
      const double reward =
          PlayModel(model, policy, "random", {.seed = 11, .episode = i, .phase = Phase::kEval})
              .reward;
      sum += reward;
      squares += reward * reward;
    }
    const double mean = sum / kEpisodes;
    EXPECT_NEAR(mean, value, 3 * std::sqrt((squares / kEpisodes - mean * mean) / kEpisodes));
  }
}

}  // namespace
}  // namespace edgesim
