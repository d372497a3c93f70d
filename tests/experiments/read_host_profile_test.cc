#include "experiments/read_host_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/files.h"
#include "sim/input_error.h"
#include "tests/support/toy_host.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(ReadHostProfile, ReadsAFileOrSaysWhatWritesOne) {
  const std::filesystem::path folder = testing::TempDir();
  WriteTextFile(folder / "toy_host.json", FormatHostProfile(ToyHost()));
  EXPECT_EQ(ReadHostProfile(folder / "toy_host.json").name, "toy-host");
  EXPECT_THAT(
      [&] { ReadHostProfile(folder / "no_host.json"); },
      ThrowsMessage<InputError>(HasSubstr("no_host.json: no such file; `edgesim calibrate")));
  WriteTextFile(folder / "bad_host.json", "{");
  EXPECT_THAT([&] { ReadHostProfile(folder / "bad_host.json"); },
              ThrowsMessage<InputError>(HasSubstr("bad_host.json:1:2: not valid JSON")));
}

}  // namespace
}  // namespace edgesim
