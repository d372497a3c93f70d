// Rows of action values in vector registers, against the plain table.
#include "policies/flat_q.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "policies/q_table.h"

namespace edgesim {
namespace {

TEST(FlatQTest, MovesAndFindsTheBestAsTheTableDoes) {
  constexpr std::uint32_t kStates = 5;
  for (const std::size_t actions : {1U, 3U, 4U, 6U, 8U}) {
    FlatQ flat(kStates, actions, -1);
    QTable table(kStates, actions, -1);
    WordStream words(3, actions, 0);
    for (int i = 0; i < 2000; ++i) {
      const std::uint32_t state = UniformIndex(words, kStates);
      const ActionId action = UniformIndex(words, static_cast<std::uint32_t>(actions));
      const double target = UniformIndex(words, 9) - 6.0;  // whole numbers: halves are exact
      flat.Row(state).Move(action, static_cast<float>(target), 1);
      table.Move(state, action, target, 1);
      ASSERT_EQ(flat.Row(state).Value(action), table.Value(state, action));
      const float best = flat.Row(state).Best();
      ASSERT_EQ(best, table.Best(state)) << actions;
      const std::uint32_t best_actions = flat.Row(state).BestActions(best);
      for (ActionId a = 0; a < FlatQRow::kWidth; ++a) {
        ASSERT_EQ((best_actions >> a) & 1U,
                  a < actions && table.Value(state, a) == table.Best(state) ? 1U : 0U)
            << actions << " actions, action " << a;
      }
    }
  }
}

TEST(FlatQTest, MovesByTheLearningRate) {
  FlatQRow row(2, 4);
  row.Move(1, 8, 0.25F);
  EXPECT_EQ(row.Value(1), 5);
  EXPECT_EQ(row.Value(0), 4);
  EXPECT_EQ(row.Best(), 5);
}

TEST(FlatQTest, TiesGoToAllOfTheBestAlike) {
  FlatQRow row(6, 0);
  for (const ActionId a : {0U, 4U}) row.Move(a, -1, 1);  // 1, 2, 3 and 5 are left
  std::array<double, 6> chosen{};
  constexpr int kDraws = 40'000;
  WordStream words(1, 2, 3);
  for (int i = 0; i < kDraws; ++i)
    ++chosen[row.Greedy(row.Best(), static_cast<std::uint32_t>(words() >> 32))];
  EXPECT_EQ(chosen[0] + chosen[4], 0);
  for (const ActionId a : {1U, 2U, 3U, 5U})
    EXPECT_NEAR(chosen[a], kDraws / 4.0, 5 * std::sqrt(kDraws * 3 / 16.0));
  row.Move(3, 1, 1);
  for (const std::uint32_t random : {0U, 1U << 31, 0xFFFFFFFFU})
    EXPECT_EQ(row.Greedy(row.Best(), random), 3U);
}

}  // namespace
}  // namespace edgesim
