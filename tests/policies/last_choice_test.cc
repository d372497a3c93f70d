// What was chosen and not done.
#include "policies/last_choice.h"

#include <gtest/gtest.h>

namespace edgesim {
namespace {

TEST(LastChoiceTest, RefusedIsWhatAnotherActionReplaced) {
  LastChoice choice;
  Transition t{.before = {.request_index = 7}, .action = 2};
  EXPECT_EQ(choice.Refused(t), std::nullopt);  // nothing was chosen yet
  EXPECT_EQ(choice.Chose(t.before, 2), 2U);
  EXPECT_EQ(choice.Refused(t), std::nullopt);
  t.action = 1;
  EXPECT_EQ(choice.Refused(t), ActionId{2});
  t.before.request_index = 6;
  EXPECT_EQ(choice.Refused(t), std::nullopt);  // of another request
}

}  // namespace
}  // namespace edgesim
