// Counts of transitions: sums by hand, draws, saved and loaded.
#include "policies/transition_counts.h"

#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

void Add(TransitionCounts& counts, std::uint32_t state, ActionId action,
         std::optional<std::uint32_t> next, std::vector<double> signals) {
  counts.Add(state, action, next, signals);
}

TransitionCounts SomeCounts() {
  TransitionCounts counts(3, 2, 2);
  Add(counts, 2, 1, 0, {1, 0.5});
  Add(counts, 2, 1, 0, {2, 0.25});
  Add(counts, 2, 1, std::nullopt, {-1, 1});
  Add(counts, 0, 0, 1, {4, 0});
  return counts;
}

void ExpectSomeCounts(const TransitionCounts& counts) {
  EXPECT_EQ(counts.Visits(2, 1), 3);
  EXPECT_EQ(counts.Sum(2, 1, 0), 2);
  EXPECT_EQ(counts.Sum(2, 1, 1), 1.75);
  ASSERT_EQ(counts.Nexts(2, 1).size(), 1U);
  EXPECT_EQ(counts.Nexts(2, 1)[0].state, 0U);
  EXPECT_EQ(counts.Nexts(2, 1)[0].count, 2);  // the third was the end
  EXPECT_EQ(counts.Visits(1, 1), 0);
  EXPECT_TRUE(counts.Nexts(1, 1).empty());
}

TEST(TransitionCountsTest, CountsAndSums) { ExpectSomeCounts(SomeCounts()); }

TEST(TransitionCountsTest, DrawsPairsThatWereSeenAllAsLikely) {
  const TransitionCounts counts = SomeCounts();
  WordStream words = Noise{.seed = 4}.Words(Stream::kResample);
  int first = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto [state, action] = counts.Draw(words);
    EXPECT_GT(counts.Visits(state, action), 0);
    first += state == 2;
  }
  EXPECT_NEAR(first, 500, 4 * 15.8);  // four standard errors
}

TEST(TransitionCountsTest, SavedAndLoadedItIsTheSame) {
  PolicyState saved, again;
  SomeCounts().Save(saved);
  TransitionCounts loaded(3, 2, 2);
  loaded.Load(saved);
  loaded.Save(again);
  EXPECT_EQ(saved, again);
  ExpectSomeCounts(loaded);
}

TEST(TransitionCountsTest, RefusesWhatIsNotItsSize) {
  PolicyState saved;
  SomeCounts().Save(saved);
  TransitionCounts fewer_states(2, 2, 2), counts(3, 2, 2);
  EXPECT_THROW(fewer_states.Load(saved), InputError);
  for (const char* part : {"pairs", "nexts"}) {
    PolicyState cut = saved;
    cut[part].pop_back();
    EXPECT_THROW(counts.Load(cut), InputError) << part;
    cut.erase(part);
    EXPECT_THROW(counts.Load(cut), InputError) << part;
  }
  PolicyState outside = saved;
  outside["nexts"][1] = 3;
  EXPECT_THROW(counts.Load(outside), InputError);
  outside["nexts"][1] = 2;
  EXPECT_NO_THROW(counts.Load(outside));
}

}  // namespace
}  // namespace edgesim
