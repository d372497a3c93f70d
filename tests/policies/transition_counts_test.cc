// Counts of transitions: sums by hand, draws, saved and loaded.
#include "policies/transition_counts.h"

#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

void Add(TransitionCounts& counts, std::uint32_t state, ActionId action, std::uint32_t next,
         std::vector<double> signals) {
  counts.Add(state, action, next, signals);
}

TransitionCounts Filled() {
  TransitionCounts counts(3, 2, 2);
  Add(counts, 2, 1, 0, {1, 0.5});
  Add(counts, 2, 1, 0, {2, 0.25});
  Add(counts, 2, 1, counts.End(), {-1, 1});
  Add(counts, 0, 0, 1, {4, 0});
  return counts;
}

TEST(TransitionCountsTest, CountsAndSumsByNextState) {
  const TransitionCounts counts = Filled();
  const auto& outcomes = counts.Of(2, 1);
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(outcomes.at(0).count, 2);
  EXPECT_EQ(outcomes.at(0).sums, (std::vector<double>{3, 0.75}));
  EXPECT_EQ(outcomes.at(counts.End()).count, 1);
  EXPECT_EQ(outcomes.at(counts.End()).sums, (std::vector<double>{-1, 1}));
  EXPECT_TRUE(counts.Of(1, 1).empty());
}

TEST(TransitionCountsTest, DrawsPairsThatWereSeenAllAsLikely) {
  const TransitionCounts counts = Filled();
  WordStream words = Noise{.seed = 4}.Words(Stream::kResample);
  int first = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto [state, action] = counts.Draw(words);
    EXPECT_FALSE(counts.Of(state, action).empty());
    first += state == 2;
  }
  EXPECT_NEAR(first, 500, 4 * 15.8);  // four standard errors
}

TEST(TransitionCountsTest, SavedAndLoadedItIsTheSame) {
  PolicyState saved, again;
  Filled().Save(saved);
  TransitionCounts loaded(3, 2, 2);
  loaded.Load(saved);
  loaded.Save(again);
  EXPECT_EQ(saved, again);
  EXPECT_EQ(loaded.Of(2, 1).at(0).sums, (std::vector<double>{3, 0.75}));
}

TEST(TransitionCountsTest, RefusesWhatIsNotItsSize) {
  PolicyState saved;
  Filled().Save(saved);
  TransitionCounts fewer_states(2, 2, 2);
  EXPECT_THROW(fewer_states.Load(saved), InputError);
  TransitionCounts counts(3, 2, 2);
  PolicyState cut = saved;
  cut["outcomes"].pop_back();
  EXPECT_THROW(counts.Load(cut), InputError);
  cut = saved;
  cut["pairs"].push_back(4);  // without an outcome
  EXPECT_THROW(counts.Load(cut), InputError);
  cut = saved;
  cut["outcomes"][1] = 4;  // 3 is the end
  EXPECT_THROW(counts.Load(cut), InputError);
  cut["outcomes"][1] = 3;
  EXPECT_NO_THROW(counts.Load(cut));
}

}  // namespace
}  // namespace edgesim
