// Tests of sim/inverse_cdf_table.h: thresholds, impossible outcomes, monotony and the law drawn.
#include "sim/inverse_cdf_table.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "sim/rng.h"
#include "tests/support/statistics.h"

namespace edgesim {
namespace {

using Weights = std::vector<double>;
constexpr std::uint64_t kLastWord = ~std::uint64_t{0};
constexpr std::uint64_t kHalf = std::uint64_t{1} << 63;

TEST(InverseCdfTable, BoundaryBelongsToTheNextOutcome) {
  const InverseCdfTable table(Weights{1, 1, 2});
  EXPECT_EQ(table.Draw(0), 0U);
  EXPECT_EQ(table.Draw(kHalf / 2 - 1), 0U);
  EXPECT_EQ(table.Draw(kHalf / 2), 1U);
  EXPECT_EQ(table.Draw(kHalf - 1), 1U);
  EXPECT_EQ(table.Draw(kHalf), 2U);
  EXPECT_EQ(table.Draw(kLastWord), 2U);
}

TEST(InverseCdfTable, ScaleOfTheWeightsDoesNotMatter) {
  const InverseCdfTable table(Weights{3e-200, 3e-200}), same(Weights{7e200, 7e200});
  for (const std::uint64_t word : {std::uint64_t{0}, kHalf - 1, kHalf, kLastWord}) {
    EXPECT_EQ(table.Draw(word), same.Draw(word));
  }
}

TEST(InverseCdfTable, SingleOutcome) {
  const InverseCdfTable table(Weights{0.3});
  for (const std::uint64_t word : {std::uint64_t{0}, kHalf, kLastWord})
    EXPECT_EQ(table.Draw(word), 0U);
}

TEST(InverseCdfTable, ImpossibleOutcomesAreNeverDrawn) {
  const Weights weights{0, 0, 0.2, 0, 0.5, 0, 0, 0.3, 0, 0};
  const InverseCdfTable table(weights);
  EXPECT_EQ(table.Draw(0), 2U);
  EXPECT_EQ(table.Draw(kLastWord), 7U);
  WordStream words = Noise{.seed = 1}.Words(Stream::kAnswer);
  for (int i = 0; i < 100'000; ++i) EXPECT_GT(weights[table.Draw(words())], 0);
}

// 0.1 seven times sums to 0.7 less a bit; what is left over must not fall on the trailing zero.
TEST(InverseCdfTable, ImpossibleLastOutcomeSurvivesRounding) {
  Weights weights(7, 0.1);
  weights.push_back(0);
  EXPECT_EQ(InverseCdfTable(weights).Draw(kLastWord), 6U);
}

TEST(InverseCdfTable, ImpossibleOutcomeBeforeATinyLastOneIsNotDrawn) {
  const InverseCdfTable table(Weights{1, 0, 1e-30});
  for (const std::uint64_t word : {kLastWord, kLastWord - (std::uint64_t{1} << 24), kHalf}) {
    EXPECT_NE(table.Draw(word), 1U);
  }
}

// Every threshold and its neighbours, against the definition on the unrounded law. 40 bits are
// kept.
TEST(InverseCdfTable, ThresholdsAreTheCumulatedWeights) {
  Weights weights;
  for (int k = 0; k < 100; ++k) weights.push_back(1 + (k * 37) % 11);
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  const InverseCdfTable table(weights);
  constexpr double kRounding = 0x1p24;  // of a word: 40 of 64 bits
  double cumulated = 0;
  for (std::uint32_t k = 0; k + 1 < weights.size(); ++k) {
    cumulated += weights[k];
    const double threshold = cumulated / total * 0x1p64;
    EXPECT_EQ(table.Draw(static_cast<std::uint64_t>(threshold - kRounding)), k);
    EXPECT_EQ(table.Draw(static_cast<std::uint64_t>(threshold + kRounding)), k + 1);
  }
}

TEST(InverseCdfTable, MonotoneInTheWord) {
  Weights weights;
  for (int k = 0; k < 1000; ++k) weights.push_back(k % 3 == 0 ? 0 : 1.0 / (k + 1));
  const InverseCdfTable table(weights);
  std::uint32_t previous = 0;
  constexpr std::uint64_t kSteps = 1'000'003;
  for (std::uint64_t i = 0; i < kSteps; ++i) {
    const std::uint32_t drawn = table.Draw(kLastWord / kSteps * i);
    ASSERT_GE(drawn, previous);
    previous = drawn;
  }
  EXPECT_GT(previous, 900U);
}

TEST(InverseCdfTable, DrawsFollowTheLaw) {
  Weights law;
  for (double w = 1; law.size() < 60; w *= 0.9) law.push_back(law.size() % 7 == 3 ? 0 : w);
  const double total = std::accumulate(law.begin(), law.end(), 0.0);
  for (double& w : law) w /= total;
  const InverseCdfTable table(law);
  std::vector<std::uint64_t> counts(law.size());
  WordStream words = Noise{.seed = 2}.Words(Stream::kAnswer);
  for (int i = 0; i < 1'000'000; ++i) ++counts[table.Draw(words())];
  EXPECT_GT(ChiSquarePValue(counts, law), kSmallestPValue);
}

TEST(InverseCdfTable, RefusesWhatIsNotALaw) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (const Weights& weights : {Weights{}, Weights{0, 0}, Weights{1, -1e-9}, Weights{1, kNan},
                                 Weights{1, kInfinity}, Weights{1e308, 1e308}}) {
    EXPECT_THROW(InverseCdfTable{weights}, std::invalid_argument) << weights.size() << " weights";
  }
}

}  // namespace
}  // namespace edgesim
