#include "experiments/cli/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(CheckOutputFile, RefusesWhatCannotOrShouldNotBeWritten) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "check_output_file";
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::ofstream(folder / "input.csv") << "x";
  std::ofstream(folder / "old.csv") << "x";
  const std::vector<std::string> inputs = {(folder / "missing.csv").string(),
                                           (folder / "input.csv").string()};
  const auto check = [&](const std::string& name) {
    CheckOutputFile("--out", (folder / name).string(), inputs);
  };
  EXPECT_NO_THROW(check("new.csv"));
  EXPECT_NO_THROW(check("old.csv"));
  EXPECT_NO_THROW(CheckOutputFile("--out", "in_the_present_folder.csv", inputs));
  EXPECT_THAT([&] { check("../check_output_file/input.csv"); },
              ThrowsMessage<InputError>(HasSubstr("would overwrite an input")));
  EXPECT_THAT([&] { check("."); }, ThrowsMessage<InputError>(HasSubstr("is a folder")));
  EXPECT_THAT([&] { check(""); }, ThrowsMessage<InputError>(HasSubstr("is a folder")));
  EXPECT_THAT([&] { CheckOutputFile("--report", "", inputs); },
              ThrowsMessage<InputError>(
                  HasSubstr("--report: nothing given, the name of a file is needed")));
  EXPECT_THAT([&] { check("no/such/file.csv"); },
              ThrowsMessage<InputError>(HasSubstr("there is no folder")));
  fs::remove_all(folder);
}

TEST(CheckOutputFile, LeavesNothingBehindAndSeesWhereNoFileCanBeMade) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "check_output_file_probe";
  fs::create_directories(folder);
  CheckOutputFile("--out", (folder / "new.csv").string(), {});
  EXPECT_TRUE(fs::is_empty(folder));
  fs::remove_all(folder);
  EXPECT_NO_THROW(CheckOutputFile("--out", "/dev/null", {}));
  if (!fs::is_directory("/proc/self")) GTEST_SKIP() << "there is no /proc here";
  EXPECT_THAT([] { CheckOutputFile("--out", "/proc/x.json", {}); },
              ThrowsMessage<InputError>(HasSubstr("in /proc")));
}

}  // namespace
}  // namespace edgesim
