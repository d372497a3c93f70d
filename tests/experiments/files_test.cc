// Tests for experiments/files.cc.
#include "experiments/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iterator>

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

TEST(Files, ShippedOnesMayHaveMoved) {
  const std::filesystem::path built_in = ShareDir();
  ::setenv("EDGESIM_SHARE_DIR", "/moved", 1);
  EXPECT_EQ(ShareDir(), "/moved");
  ::setenv("EDGESIM_SHARE_DIR", "", 1);
  EXPECT_EQ(ShareDir(), built_in);
  ::unsetenv("EDGESIM_SHARE_DIR");
}

// Where the disk is full, what was there stays and no part is left.
TEST(Files, AreWrittenWholeOrNotAtAll) {
  namespace fs = std::filesystem;
  const fs::path folder =
      fs::temp_directory_path() / ("edgesim-files-" + std::to_string(::getpid()));
  fs::create_directory(folder);
  WriteTextFile(folder / "kept", "old");
  fs::create_symlink("kept", folder / "link");
  WriteTextFile(folder / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(ReadTextFile(folder / "kept"), "new");
  const rlimit unlimited = [] {
    rlimit now{};
    getrlimit(RLIMIT_FSIZE, &now);
    return now;
  }();
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 4096, .rlim_max = unlimited.rlim_max};  // as a full disk
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(WriteTextFile(folder / "kept", std::string(1 << 20, 'x')), InputError);
  setrlimit(RLIMIT_FSIZE, &unlimited);
  EXPECT_EQ(ReadTextFile(folder / "kept"), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 2);
  EXPECT_NO_THROW(WriteTextFile("/dev/null", "x"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  fs::remove_all(folder);
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
