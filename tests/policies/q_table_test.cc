// The table of action values: moves by hand, greedy choice, uniform ties.
#include "policies/q_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace edgesim {
namespace {

TEST(QTableTest, StartsAtTheInitialValueEverywhere) {
  const QTable table(3, 4, -1.5);
  for (std::uint32_t s = 0; s < 3; ++s) {
    EXPECT_EQ(table.Best(s), -1.5);
    for (ActionId a = 0; a < 4; ++a) EXPECT_EQ(table.Value(s, a), -1.5);
  }
}

TEST(QTableTest, MoveGoesTheLearningRateOfTheWay) {
  QTable table(2, 2, 5.0);
  table.Move(1, 0, 14.5, 0.5);
  EXPECT_EQ(table.Value(1, 0), 9.75);  // 5 + 0.5 (14.5 - 5)
  table.Move(1, 0, 5.75, 0.25);
  EXPECT_EQ(table.Value(1, 0), 8.75);  // 9.75 + 0.25 (5.75 - 9.75)
  table.Move(1, 0, -2, 1);
  EXPECT_EQ(table.Value(1, 0), -2);
  EXPECT_EQ(table.Best(1), 5.0);
  // No other cell moved.
  EXPECT_EQ(table.Value(0, 0), 5.0);
  EXPECT_EQ(table.Value(0, 1), 5.0);
  EXPECT_EQ(table.Value(1, 1), 5.0);
}

TEST(QTableTest, GreedyTakesTheOnlyBestWhereverItStands) {
  for (ActionId best = 0; best < 5; ++best) {
    QTable table(1, 5, 0);
    table.Move(0, best, 1, 0.1);
    for (std::uint32_t i = 0; i < 20; ++i) {
      WordStream ties = Noise{.seed = 2}.Of(i).Words(Stream::kTie);
      EXPECT_EQ(table.Greedy(0, ties), best);
    }
  }
}

TEST(QTableTest, TiesAreUniformAmongTheBestAndOnlyAmongThem) {
  QTable table(2, 6, 0);
  for (const ActionId a : {1U, 3U, 4U}) table.Move(1, a, 2, 1);
  constexpr int kDraws = 9'000;
  std::vector<int> taken(6, 0);
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    WordStream ties = Noise{.seed = 3}.Of(i).Words(Stream::kTie);
    ++taken[table.Greedy(1, ties)];
  }
  EXPECT_EQ(taken[0] + taken[2] + taken[5], 0);
  const double se = std::sqrt(kDraws * (1.0 / 3) * (2.0 / 3));
  for (const ActionId a : {1U, 3U, 4U}) EXPECT_NEAR(taken[a], kDraws / 3.0, 4 * se) << a;
}

TEST(QTableTest, AnUntouchedRowIsATieOfAll) {
  const QTable table(1, 6, 0.25);
  constexpr int kDraws = 12'000;
  std::vector<int> taken(6, 0);
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    WordStream ties = Noise{.seed = 4}.Of(i).Words(Stream::kTie);
    ++taken[table.Greedy(0, ties)];
  }
  double chi_square = 0;
  for (const int n : taken) chi_square += (n - kDraws / 6.0) * (n - kDraws / 6.0) / (kDraws / 6.0);
  constexpr double kChiSquare5At999 = 20.52;  // 99.9 % quantile, 5 degrees of freedom
  EXPECT_LT(chi_square, kChiSquare5At999);
}

TEST(QTableTest, MeanOfARowAndAllValuesThereAndBack) {
  QTable table(2, 3, 0);
  table.Move(1, 0, 6, 1);
  table.Move(0, 2, -3, 1);
  EXPECT_EQ(table.Mean(1), 2);
  EXPECT_EQ(table.Flat(), (std::vector<double>{0, 0, -3, 6, 0, 0}));
  QTable other(2, 3, 1);
  other.SetFlat(table.Flat());
  EXPECT_EQ(other.Value(1, 0), 6);
  EXPECT_EQ(other.Flat(), table.Flat());
}

TEST(QTableTest, FixedTiesAreTheStatesOwn) {
  const auto draw = [](std::uint32_t state) {
    WordStream words = FixedTies(state);
    return words();
  };
  EXPECT_EQ(draw(3), draw(3));
  EXPECT_NE(draw(3), draw(4));
}

}  // namespace
}  // namespace edgesim
