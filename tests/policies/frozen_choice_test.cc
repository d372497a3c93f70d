// What a frozen policy does: the best of what was tried, the nearest state where it never was, and
// never by chance.
#include "policies/frozen_choice.h"

#include <gtest/gtest.h>

#include <set>

namespace edgesim {
namespace {

constexpr Discretizer kCells{.energy_bins = 5, .requests = 3, .classes = 2};
constexpr std::uint32_t StateOf(std::uint32_t bin, std::uint32_t requests, std::uint32_t c) {
  return (bin * 3 + requests) * 2 + c;
}
ActionId Choice(std::uint32_t state, const VisitCounts& visits, const QTable& q) {
  return FrozenChoice(state, kCells, visits,
                      [&](std::uint32_t s, ActionId a) { return q.Value(s, a); });
}

TEST(FrozenChoiceTest, TheBestOfTheTried) {
  VisitCounts visits(kCells.States(), 4);
  QTable q(kCells.States(), 4, 0);
  const std::uint32_t s = StateOf(2, 1, 1);
  for (const ActionId a : {1U, 3U}) visits.Add(s, a);
  q.Move(s, 1, -2, 1);
  q.Move(s, 3, -1, 1);
  EXPECT_EQ(Choice(s, visits, q), 3U);  // 0 and 2 stand at 0, but nobody knows
}

TEST(FrozenChoiceTest, TheNearestEnergyBinOfTheSameRequestsAndClass) {
  VisitCounts visits(kCells.States(), 2);
  EXPECT_EQ(NearestVisited(StateOf(2, 1, 1), kCells, visits), std::nullopt);
  visits.Add(StateOf(2, 0, 1), 0);  // other requests left
  visits.Add(StateOf(2, 1, 0), 0);  // other class
  EXPECT_EQ(NearestVisited(StateOf(2, 1, 1), kCells, visits), std::nullopt);
  visits.Add(StateOf(4, 1, 1), 1);
  EXPECT_EQ(NearestVisited(StateOf(2, 1, 1), kCells, visits), StateOf(4, 1, 1));
  visits.Add(StateOf(0, 1, 1), 1);  // as near, and poorer
  EXPECT_EQ(NearestVisited(StateOf(2, 1, 1), kCells, visits), StateOf(0, 1, 1));
  visits.Add(StateOf(3, 1, 1), 1);
  EXPECT_EQ(NearestVisited(StateOf(2, 1, 1), kCells, visits), StateOf(3, 1, 1));
  visits.Add(StateOf(2, 1, 1), 1);
  EXPECT_EQ(NearestVisited(StateOf(2, 1, 1), kCells, visits), StateOf(2, 1, 1));
}

TEST(FrozenChoiceTest, TiesGoByTheStateAndReachAll) {
  VisitCounts visits(kCells.States(), 3);
  const QTable q(kCells.States(), 3, 0);
  std::set<ActionId> unseen, tied;
  for (std::uint32_t s = 0; s < kCells.States(); ++s) {
    unseen.insert(Choice(s, visits, q));
    EXPECT_EQ(Choice(s, visits, q), Choice(s, visits, q));
  }
  EXPECT_EQ(unseen.size(), 3U);
  for (std::uint32_t s = 0; s < kCells.States(); ++s) {
    visits.Add(s, 0);
    visits.Add(s, 2);
    tied.insert(Choice(s, visits, q));
  }
  EXPECT_EQ(tied, (std::set<ActionId>{0, 2}));
}

}  // namespace
}  // namespace edgesim
