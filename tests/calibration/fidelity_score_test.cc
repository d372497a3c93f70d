// Tests of calibration/fidelity_score.h on items made by hand.
#include "calibration/fidelity_score.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace edgesim {
namespace {

constexpr auto kEnergy = static_cast<std::size_t>(Feature::kEnergy);

// A request of `energy` J whose simulated energies are center - 9 .. center + 9 J.
ItemScore Item(double energy, double center, double log_score = -1) {
  ItemScore item;
  ItemSignal& signal = item.signals.emplace_back();
  signal.measured.fill(NAN);
  signal.measured[kEnergy] = energy;
  auto& draws = signal.draws.emplace_back();
  for (int i = -9; i <= 9; ++i) draws[kEnergy].push_back(static_cast<float>(center + i));
  for (auto& windows : signal.window_draws) windows.push_back({static_cast<float>(center / 10)});
  for (auto& windows : signal.window_w) windows = {energy / 10};
  signal.window_crps_w = std::abs(energy - center) / 10;
  signal.acf = {0.5, 0.25};
  signal.acf_simulated = {0.4, NAN};
  signal.watts = {1, 9, 9, 1, 9, 1};
  signal.t_s = {0, 1, 2, 3, 4, 5};
  signal.some_paths = {{1, 9, 9, 1, 9, 1}};
  signal.log_score = log_score;
  item.measured_energy_j = energy;
  item.exceeds_cap = energy > 100;
  item.cap_probability = 0.5;
  return item;
}

TEST(ScoreAction, CountsWhatItSays) {
  // 100 is in the middle, 107 within 90 % but not 50 %, 130 outside.
  const std::vector<ItemScore> items = {Item(100, 100), Item(107, 100), Item(130, 100)};
  const ActionScore score = ScoreAction("a", items, {"gpu"});
  EXPECT_EQ(score.requests, 3U);
  const SignalScore& s = score.signals[0];
  EXPECT_EQ(s.inside_90, std::vector<std::size_t>{2});
  EXPECT_EQ(s.inside_50, std::vector<std::size_t>{1});
  EXPECT_NEAR(s.energy_j.measured, 337.0 / 3, 1e-9);
  EXPECT_NEAR(s.energy_j.simulated, 100, 1e-9);
  EXPECT_LT(s.energy_j.ks_p[0], 0.5);
  EXPECT_TRUE(std::isnan(s.peak_w.measured));  // defined for no request
  EXPECT_TRUE(std::isnan(s.peak_w.ks_p[0]));
  EXPECT_NEAR(s.window_w1_w[1], 37.0 / 30, 1e-6);
  EXPECT_NEAR(s.window_crps_w, 37.0 / 30, 1e-9);
  EXPECT_NEAR(s.acf_error, 0.1, 1e-9);
  EXPECT_EQ(s.dwell_above_ks_p, 1);  // the simulated paths are the measured one
  EXPECT_EQ(s.log_score, -1);
  EXPECT_NEAR(score.cap_exceedance_measured, 2.0 / 3, 1e-9);
  EXPECT_NEAR(score.cap_exceedance_simulated, 0.5, 1e-9);
  EXPECT_NEAR(score.cap_brier, 0.25, 1e-9);
  EXPECT_TRUE(std::isnan(score.given_tokens_bias));
}

TEST(ScoreAction, GivenTokensTheEnergiesAreTheirOwn) {
  std::vector<ItemScore> items = {Item(100, 100), Item(100, 100)};
  for (ItemScore& item : items) {
    std::vector<float>& draws = item.given_tokens_draws.emplace_back();
    for (int i = -20; i <= 20; ++i) draws.push_back(102 + 0.1F * static_cast<float>(i));
  }
  const ActionScore score = ScoreAction("a", items, {"gpu"});
  EXPECT_NEAR(score.given_tokens_bias, 0.02, 1e-6);
  EXPECT_EQ(score.given_tokens_inside_90, std::vector<std::size_t>{0});
}

// Halves of 2 of the requests 1, 1, 11, 11 J: 10 J apart, 0 or in between.
TEST(TruthAgainstTruth, IsTheDistanceOfRandomHalves) {
  const std::vector<ItemScore> items = {Item(1, 0), Item(1, 0), Item(11, 0), Item(11, 0)};
  const ActionScore floor = TruthAgainstTruth("a", items, {"gpu"}, 1);
  // {1, 1} and {11, 11} in a third of the splits, {1, 11} twice in the others.
  EXPECT_EQ(floor.signals[0].energy_j.w1, 0);
  const std::vector<ItemScore> three = {Item(1, 0), Item(11, 0)};
  EXPECT_EQ(TruthAgainstTruth("a", three, {"gpu"}, 1).signals[0].energy_j.w1, 10);
  EXPECT_TRUE(std::isnan(floor.signals[0].peak_w.w1));
}

TEST(ComparePaired, SaysWhichIsBetterAndByHowMuch) {
  std::vector<ItemScore> good, bad;
  for (int i = 0; i < 12; ++i) {
    good.push_back(Item(100, 100 + i % 3, -1));
    bad.push_back(Item(100, 110 + i % 3, -1));
  }
  const auto rows = ComparePaired({good}, {bad}, {"gpu"}, false, 1);
  ASSERT_FALSE(rows.empty());
  const auto row = [&](const std::string& score) {
    for (const PairedRow& r : rows) {
      if (r.score.starts_with(score)) return r.difference;
    }
    ADD_FAILURE() << score;
    return PairedDifference{};
  };
  const PairedDifference energy = row("energy");
  EXPECT_LT(energy.high, 0);
  EXPECT_EQ(energy.better_count, 12U);
  EXPECT_EQ(energy.count, 12U);
  EXPECT_EQ(row("one-step").mean, 0);
  for (const PairedRow& r : rows) EXPECT_FALSE(r.score.starts_with("peak")) << "nowhere defined";
}

// Runs of blocks that are alike tell less than as many requests.
TEST(ComparePaired, BlocksOfARecordingAreResampledInRuns) {
  std::vector<ItemScore> a, b;
  for (int i = 0; i < 48; ++i) {
    a.push_back(Item(100, i / 4 % 2 == 0 ? 100 : 108));
    b.push_back(Item(100, 104));
  }
  const PairedDifference requests = ComparePaired({a}, {b}, {"gpu"}, false, 1)[0].difference;
  const PairedDifference blocks = ComparePaired({a}, {b}, {"gpu"}, true, 1)[0].difference;
  EXPECT_DOUBLE_EQ(requests.mean, blocks.mean);
  EXPECT_GT(blocks.high - blocks.low, 1.2 * (requests.high - requests.low));
}

}  // namespace
}  // namespace edgesim
