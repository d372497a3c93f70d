// The fluid optimum against its dual, and its parts against each other.
#include "policies/fluid_frontier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "sim/rng.h"
#include "tests/support/presets.h"

namespace edgesim {
namespace {

constexpr double kRounding = 1e-12;

DecisionModel Means(std::uint32_t seed, std::size_t classes, std::size_t actions) {
  WordStream words = Noise{.seed = seed}.Words(Stream::kAnswer);
  DecisionModel model;
  model.outlook.resize(classes);
  for (auto& row : model.outlook) {
    model.class_probability.push_back(1.0 / static_cast<double>(classes));
    for (std::size_t a = 0; a < actions; ++a) {
      ActionOutlook& outlook = row.emplace_back();
      outlook.mean_energy_j = 10 + 100 * Uniform01(words);
      outlook.mean_score = 10 * Uniform01(words);
    }
  }
  return model;
}

double MeanEnergy(const DecisionModel& model, double price) {
  double sum = 0;
  for (std::size_t c = 0; c < model.classes(); ++c) {
    const auto worth = [&](const ActionOutlook& o) {
      return o.mean_score / 10 - price * o.mean_energy_j;
    };
    const auto best = std::max_element(
        model.outlook[c].begin(), model.outlook[c].end(),
        [&](const ActionOutlook& a, const ActionOutlook& b) { return worth(a) < worth(b); });
    sum += model.class_probability[c] * best->mean_energy_j;
  }
  return sum;
}

// min over prices of E[max over actions of reward - price * energy] + price * mean: it is at 0 or
// where two actions of a class are equal.
double DualReward(const DecisionModel& model, double mean_energy_j) {
  std::vector<double> prices = {0};
  for (const auto& row : model.outlook) {
    for (const ActionOutlook& a : row) {
      for (const ActionOutlook& b : row) {
        const double price =
            (a.mean_score - b.mean_score) / 10 / (a.mean_energy_j - b.mean_energy_j);
        if (price > 0) prices.push_back(price);
      }
    }
  }
  double least = INFINITY;
  for (const double price : prices) {
    double value = price * mean_energy_j;
    for (std::size_t c = 0; c < model.classes(); ++c) {
      double best = -INFINITY;
      for (const ActionOutlook& o : model.outlook[c])
        best = std::max(best, o.mean_score / 10 - price * o.mean_energy_j);
      value += model.class_probability[c] * best;
    }
    least = std::min(least, value);
  }
  return least;
}

TEST(PropertyFluidFrontierTest, RewardEqualsItsDualAndTheMixAttainsIt) {
  int mixed = 0;
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    const DecisionModel model = Means(seed, 3, 5);
    const FluidFrontier frontier(model);
    const double cheapest = MeanEnergy(model, 1e9);
    for (double energy = cheapest; energy < 120; energy += 3.7) {
      EXPECT_NEAR(frontier.Reward(energy), DualReward(model, energy), kRounding) << seed;
      double spent = 0, reward = 0;
      std::size_t mixing = 0;
      for (std::uint32_t c = 0; c < 3; ++c) {
        const HullMix mix = frontier.Mix(c, energy);
        const ActionOutlook &low = model.outlook[c][mix.lower], &high = model.outlook[c][mix.upper];
        mixing += mix.share > 0;
        spent += ((1 - mix.share) * low.mean_energy_j + mix.share * high.mean_energy_j) / 3;
        reward += ((1 - mix.share) * low.mean_score + mix.share * high.mean_score) / 30;
      }
      EXPECT_LE(mixing, 1U);
      EXPECT_LE(spent, energy + 1e-9);
      EXPECT_NEAR(reward, frontier.Reward(energy), kRounding);
      mixed += mixing > 0;
    }
  }
  EXPECT_GT(mixed, 100);
}

TEST(PropertyFluidFrontierTest, ThePriceIsTheLeastThatKeepsToTheMean) {
  int priced = 0;
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    const DecisionModel model = Means(seed, 3, 5);
    const FluidFrontier frontier(model);
    const double cheapest = MeanEnergy(model, 1e9);
    for (double energy = cheapest + 0.1; energy < 120; energy += 3.7) {
      const double price = frontier.Price(energy);
      EXPECT_LE(MeanEnergy(model, price * (1 + 1e-9)), energy);
      if (price == 0) continue;
      EXPECT_GT(MeanEnergy(model, price * (1 - 1e-9)), energy);
      ++priced;
    }
  }
  EXPECT_GT(priced, 100);
}

TEST(FluidFrontierTest, BelowTheCheapestTheCheapestIsTaken) {
  const DecisionModel model = Filled(ModelOf(kS2, 200));
  const FluidFrontier frontier(model);
  EXPECT_EQ(frontier.Mix(0, 1).lower, 0U);
  EXPECT_EQ(frontier.Mix(0, 1).share, 0);
  EXPECT_NEAR(frontier.Reward(1), 0.62, kRounding);
  EXPECT_NEAR(frontier.Price(1), (.71 - .62) / (6.0 - 4.2), kRounding);
}

// The project's reference notes on constrained MDPs, section 4.1, to their two decimals.
TEST(FluidFrontierTest, PublishedFluidBounds) {
  const auto bound = [](const Preset& preset) {
    return 20 * FluidFrontier(ModelOf(preset, 200)).Reward(10);
  };
  EXPECT_NEAR(bound(kS1), 15.11, 5e-3);
  EXPECT_NEAR(bound(kS2), 15.30, 5e-3);
  EXPECT_NEAR(bound(kS3), 15.40, 5e-3);
  EXPECT_NEAR(bound(kS5), 16.43, 5.1e-3);  // 16.425
}

}  // namespace
}  // namespace edgesim
