// Suggestions: near names only.
#include "sim/did_you_mean.h"

#include <gtest/gtest.h>

namespace edgesim {
namespace {

TEST(DidYouMeanTest, SuggestsOnlyWhatIsClose) {
  EXPECT_EQ(DidYouMean("pacng", {"random", "pacing"}), "; did you mean 'pacing'?");
  EXPECT_EQ(DidYouMean("zebra", {"random", "pacing"}), "");
  EXPECT_EQ(DidYouMean("x", {}), "");
}

}  // namespace
}  // namespace edgesim
