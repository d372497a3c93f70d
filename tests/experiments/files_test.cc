// Tests for experiments/files.cc.
#include "experiments/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::EndsWith;
using testing::ThrowsMessage;

TEST(Files, ReadBackWhatWasWritten) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "files_test.txt";
  const std::string text = std::string("a\0b\r\n", 5) + std::string(200'000, 'x');
  WriteTextFile(path, text);
  EXPECT_EQ(ReadTextFile(path), text);
  std::filesystem::remove(path);
}

TEST(Files, SayWhatIsWrong) {
  EXPECT_THAT([] { ReadTextFile("nothing"); }, ThrowsMessage<InputError>("nothing: no such file"));
  EXPECT_THAT([] { ReadTextFile("."); }, ThrowsMessage<InputError>(".: is a folder, not a file"));
  EXPECT_THAT([] { ReadTextFile("/dev/zero"); },
              ThrowsMessage<InputError>(EndsWith("is over 64 MiB")));
  EXPECT_THAT([] { WriteTextFile("no/folder", "x"); },
              ThrowsMessage<InputError>("no/folder: cannot be written"));
}

TEST(Files, ShareDirHoldsWhatShips) {
  EXPECT_TRUE(std::filesystem::exists(ShareDir() / "devices/profiles/laptop-rtx3070.json"));
}

}  // namespace
}  // namespace edgesim
