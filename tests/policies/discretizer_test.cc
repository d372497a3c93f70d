// From observations to table rows: bin edges, clamping, every state reached exactly once.
#include "policies/discretizer.h"

#include <gtest/gtest.h>

#include <vector>

namespace edgesim {
namespace {

Observation See(double left_j, double budget_j, std::uint32_t requests_left = 1,
                std::uint32_t class_id = 0) {
  return {.energy_left = Joules(left_j),
          .energy_budget = Joules(budget_j),
          .requests_left = requests_left,
          .class_id = class_id};
}

TEST(DiscretizerTest, EnergyBinsAreEqualSharesClosedBelow) {
  const Discretizer d{.energy_bins = 4};
  EXPECT_EQ(d.States(), 4U);
  EXPECT_EQ(d.State(See(0, 100)), 0U);
  EXPECT_EQ(d.State(See(24.999, 100)), 0U);
  EXPECT_EQ(d.State(See(25, 100)), 1U);
  EXPECT_EQ(d.State(See(49.999, 100)), 1U);
  EXPECT_EQ(d.State(See(50, 100)), 2U);
  EXPECT_EQ(d.State(See(75, 100)), 3U);
}

TEST(DiscretizerTest, AFullBudgetFallsIntoTheTopBin) {
  for (const std::uint32_t bins : {2U, 7U, 10U, 1000U}) {
    EXPECT_EQ((Discretizer{.energy_bins = bins}.State(See(13'500, 13'500))), bins - 1) << bins;
  }
}

TEST(DiscretizerTest, EnergyOutsideTheBudgetIsClamped) {
  const Discretizer d{.energy_bins = 10};
  EXPECT_EQ(d.State(See(-1e-9, 100)), 0U);
  EXPECT_EQ(d.State(See(-50, 100)), 0U);
  EXPECT_EQ(d.State(See(101, 100)), 9U);
  EXPECT_EQ(d.State(See(1e12, 100)), 9U);
}

TEST(DiscretizerTest, TheShareCountsNotTheJoules) {
  const Discretizer d{.energy_bins = 10};
  EXPECT_EQ(d.State(See(55, 100)), d.State(See(5500, 10'000)));
  EXPECT_NE(d.State(See(55, 100)), d.State(See(55, 200)));
}

TEST(DiscretizerTest, RequestsLeftCountFromOneAndAreClampedAbove) {
  const Discretizer d{.requests = 20};
  EXPECT_EQ(d.State(See(1, 1, 1)), 0U);
  EXPECT_EQ(d.State(See(1, 1, 20)), 19U);
  EXPECT_EQ(d.State(See(1, 1, 21)), 19U);
  EXPECT_EQ(d.State(See(1, 1, 4'000'000'000)), 19U);
}

TEST(DiscretizerTest, FieldsThatAreNotReadDoNotMatter) {
  const Observation one = See(10, 100, 3, 2), other = See(90, 100, 7, 4);
  EXPECT_EQ((Discretizer{}.State(one)), 0U);
  EXPECT_EQ((Discretizer{}.State(other)), 0U);
  EXPECT_EQ((Discretizer{.energy_bins = 5}.State(one)),
            (Discretizer{.energy_bins = 5}.State(See(10, 100))));
  EXPECT_EQ((Discretizer{.classes = 6}.State(one)), 2U);
  Observation uncounted = one;
  uncounted.requests_left.reset();  // an episode by the clock has no count
  EXPECT_EQ((Discretizer{.energy_bins = 5, .classes = 6}.State(uncounted)),
            (Discretizer{.energy_bins = 5, .classes = 6}.State(one)));
}

TEST(DiscretizerTest, EveryStateIsReachedByExactlyOneCombination) {
  const Discretizer d{.energy_bins = 7, .requests = 5, .classes = 3};
  ASSERT_EQ(d.States(), 7U * 5U * 3U);
  std::vector<int> reached(d.States(), 0);
  for (int bin = 0; bin < 7; ++bin) {
    for (std::uint32_t left = 1; left <= 5; ++left) {
      for (std::uint32_t c = 0; c < 3; ++c) {
        const std::uint32_t state = d.State(See(bin + 0.5, 7, left, c));
        ASSERT_LT(state, d.States());
        ++reached[state];
      }
    }
  }
  for (std::uint32_t s = 0; s < d.States(); ++s) EXPECT_EQ(reached[s], 1) << s;
}

}  // namespace
}  // namespace edgesim
