#include "experiments/cli/profile_argument.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(ReadProfile, ByPathOrByTheNameOfOneThatShips) {
  const std::string path = EDGESIM_SOURCE_DIR "/devices/profiles/laptop-rtx3070.json";
  EXPECT_EQ(ReadProfile(path).name, "laptop-rtx3070");
  EXPECT_EQ(ReadProfile("laptop-rtx3070").actions.size(), ReadProfile(path).actions.size());
}

TEST(ReadProfile, SaysWhatThereIs) {
  EXPECT_THAT([] { ReadProfile("laptop-rtx3080"); },
              ThrowsMessage<InputError>(AllOf(HasSubstr("no profile 'laptop-rtx3080'"),
                                              HasSubstr("did you mean 'laptop-rtx3070'?"))));
  EXPECT_THAT([] { ReadProfile("no/such.json"); },
              ThrowsMessage<InputError>(HasSubstr("no/such.json")));
  EXPECT_THAT([] { ReadProfile(EDGESIM_SOURCE_DIR); },
              ThrowsMessage<InputError>(HasSubstr("folder")));
}

TEST(FindAction, ByNameOrTheOnlyOne) {
  DeviceProfile profile;
  profile.actions.resize(2);
  profile.actions[0].spec.name = "big-4b-q6_k";
  profile.actions[1].spec.name = "tiny-1b-q4_0";
  EXPECT_EQ(FindAction(profile, "tiny-1b-q4_0", "--action"), 1U);
  EXPECT_EQ(FindAction(profile, "Big-4B-Q6_K", "--action"), 0U);
  EXPECT_THAT([&] { FindAction(profile, "", "--action"); },
              ThrowsMessage<InputError>(testing::StrEq(
                  "--action is needed: the profile's actions are big-4b-q6_k, tiny-1b-q4_0")));
  EXPECT_THAT([&] { FindAction(profile, "tiny-1b-q4", "--as"); },
              ThrowsMessage<InputError>(AllOf(HasSubstr("--as 'tiny-1b-q4' is not in the profile"),
                                              HasSubstr("did you mean 'tiny-1b-q4_0'?"))));
  profile.actions.pop_back();
  EXPECT_EQ(FindAction(profile, "", "--action"), 0U);
}

}  // namespace
}  // namespace edgesim
