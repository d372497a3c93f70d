// Parts of a saved policy, and what is said when one is missing.
#include "policies/policy_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::HasSubstr;

std::string ErrorOf(const std::function<void()>& read) {
  try {
    read();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(PolicyStateTest, PartsByName) {
  const PolicyState state = {{"visits", {1, 2, 3}}};
  EXPECT_EQ(StatePart(state, "visits"), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(&StatePart(state, "visits", 3), &state.at("visits"));
}

TEST(PolicyStateTest, SaysWhatIsWrong) {
  const PolicyState state = {{"visits", {1, 2, 3}}};
  EXPECT_THAT(ErrorOf([&] { StatePart(state, "visit"); }),
              HasSubstr("no part 'visit': it is of another kind; did you mean 'visits'?"));
  EXPECT_THAT(ErrorOf([&] { StatePart(state, "visits", 4); }),
              HasSubstr("has 3 numbers, this policy's has 4"));
}

}  // namespace
}  // namespace edgesim
