// Tests of calibration/fidelity_item.h: a model that is known, judged on a path that is known.
#include "calibration/fidelity_item.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/toy_power.h"

namespace edgesim {
namespace {

// Draw i of rail r is 100 r + i / 100 W throughout, so that every figure is known; one seed.
class Fan final : public PathModel {
 public:
  explicit Fan(std::size_t rails) : rails_(rails) {}
  std::vector<Paths> Sample(const PathTask& task, int draws, const Noise&) const override {
    std::vector<Paths> all;
    for (std::size_t r = 0; r < rails_; ++r) {
      Paths& paths = all.emplace_back(draws, static_cast<Eigen::Index>(task.steps));
      for (int i = 0; i < draws; ++i)
        paths.row(i).setConstant(100.0F * static_cast<float>(r) + static_cast<float>(i) / 100);
    }
    return all;
  }
  std::vector<double> LogScores(const PathTask&,
                                const std::vector<std::vector<double>>& watts) const override {
    return std::vector<double>(watts.size(), -12);
  }
  const std::vector<std::size_t>& RequestClasses() const override { return classes_; }
  double Parameters() const override { return 1; }

 private:
  std::size_t rails_;
  std::vector<std::size_t> classes_{0, 0};
};

// 1 s of 5 W on each rail, a reading per 0.1 s; the fourth is missing.
HeldOut Item(std::size_t rails) {
  HeldOut item;
  item.name = "q";
  item.task.steps = 11;
  item.energy_j = 5;
  for (std::size_t r = 0; r < rails; ++r) item.grid_w.emplace_back(11, 5.0);
  for (auto& rail : item.grid_w) rail[3] = NAN;
  for (std::size_t t = 0; t < 11; ++t) {
    if (t == 3) continue;
    item.t_s.push_back(0.1 * static_cast<double>(t));
    item.cell.push_back(t);
  }
  return item;
}

constexpr auto kEnergy = static_cast<std::size_t>(Feature::kEnergy);
constexpr auto kPeak = static_cast<std::size_t>(Feature::kPeak);

TEST(ScoreItem, FeaturesAreTakenOnTheReadingsThatAreThere) {
  const ItemScore score = ScoreItem(Fan(1), {}, Item(1), {false}, 0.1,
                                    {.draws = 1000, .seeds = 1, .seed = 1, .item = 0, .cap_w = 4});
  ASSERT_EQ(score.signals.size(), 1U);
  const ItemSignal& signal = score.signals[0];
  EXPECT_NEAR(signal.measured[kEnergy], 5, 1e-12);
  EXPECT_EQ(signal.measured[kPeak], 5);
  ASSERT_EQ(signal.draws.size(), 1U);
  const std::vector<float>& peaks = signal.draws[0][kPeak];
  ASSERT_EQ(peaks.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(peaks.begin(), peaks.end()));
  EXPECT_FLOAT_EQ(peaks[999], 9.99F);
  EXPECT_NEAR(signal.draws[0][kEnergy][500], 5, 1e-5);
  // 0 .. 10 W evenly, observed 5 W: E|X - 5| - E|X - X'| / 2 = 2.5 - 5 / 3.
  EXPECT_NEAR(signal.Crps(Feature::kPeak), 2.5 - 5.0 / 3, 0.01);
  EXPECT_NEAR(signal.window_crps_w, 2.5 - 5.0 / 3, 0.01);
  EXPECT_EQ(signal.window_w[1].size(), 1U);
  EXPECT_DOUBLE_EQ(signal.log_score, -1.2);  // of 10 readings
  EXPECT_TRUE(score.exceeds_cap);
  EXPECT_NEAR(score.cap_probability, 0.6, 0.002);
  EXPECT_TRUE(score.given_tokens_draws.empty());
  EXPECT_TRUE(std::isnan(signal.measured[static_cast<std::size_t>(Feature::kT50)]));
}

TEST(ScoreItem, SeveralRailsAreAddedUp) {
  const ItemScore score = ScoreItem(Fan(2), {}, Item(2), {false, true}, 0.1,
                                    {.draws = 200, .seeds = 2, .seed = 1, .item = 0, .cap_w = 500});
  ASSERT_EQ(score.signals.size(), 3U);
  EXPECT_EQ(score.signals[2].measured[kPeak], 10);
  EXPECT_EQ(score.signals[2].draws.size(), 2U);
  EXPECT_NEAR(score.signals[2].draws[1][kPeak][100], 102, 1e-4);
  EXPECT_TRUE(std::isnan(score.signals[2].log_score));
  EXPECT_FALSE(score.exceeds_cap);
  EXPECT_EQ(score.cap_probability, 0);
}

// Two training answers, of 0.01 and 0.03 s per token with 300 and 100 tokens: three of four draws
// take 1 s for 100 tokens, the others 3 s.
TEST(ScoreItem, GivenTokensTheDurationIsThatOfTheTrainingAnswers) {
  FidelityPart part;
  part.train.seconds_per_token = {0.01, 0.03};
  part.train_tokens = {300, 100};
  HeldOut item = Item(1);
  item.output_tokens = 100;
  const ItemScore score = ScoreItem(Fan(1), part, item, {false}, 0.1,
                                    {.draws = 2000, .seeds = 1, .seed = 1, .item = 0, .cap_w = 0});
  ASSERT_EQ(score.given_tokens_draws.size(), 1U);
  double mean = 0;
  for (const float energy : score.given_tokens_draws[0]) mean += energy / 2000.0;
  EXPECT_NEAR(mean, 10 * 1.5, 1);  // 0 .. 20 W evenly, 1.5 s in the mean
}

TEST(PathFeatures, RampsAreSoughtWhereThereAreSome) {
  std::vector<double> t_s, watts;
  for (int t = 0; t < 60; ++t) {
    t_s.push_back(0.1 * t);
    watts.push_back(t < 10 ? 20 + 4 * t : 60 + (t % 2));
  }
  const auto ramp = PathFeaturesOf({.t_s = t_s, .watts = watts}, true);
  const auto none = PathFeaturesOf({.t_s = t_s, .watts = watts}, false);
  const auto at = [](Feature f) { return static_cast<std::size_t>(f); };
  EXPECT_NEAR(ramp[at(Feature::kT50)], 0.51, 0.02);
  EXPECT_NEAR(ramp[at(Feature::kRamp)], 0.46, 0.05);
  EXPECT_NEAR(ramp[at(Feature::kPlateauSd)], 0.5, 0.02);
  EXPECT_NEAR(ramp[at(Feature::kLag1)], -1, 0.01);
  EXPECT_TRUE(std::isnan(none[at(Feature::kT50)]));
  EXPECT_GT(none[at(Feature::kPlateauSd)], 5);
  EXPECT_EQ(ramp[at(Feature::kPeak)], 61);
  EXPECT_EQ(ramp[at(Feature::kEnergy)], none[at(Feature::kEnergy)]);
}

}  // namespace
}  // namespace edgesim
