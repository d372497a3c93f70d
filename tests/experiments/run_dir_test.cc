// Tests for experiments/run_dir.cc: a folder is complete or untouched.
#include "experiments/run_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/files.h"
#include "sim/input_error.h"

namespace edgesim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

class RunDirTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ =
        fs::path(testing::TempDir()) /
        ("run_dir_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(root_);
    fs::create_directories(root_);
    home_ = fs::current_path();
    fs::current_path(root_);
  }
  void TearDown() override {
    fs::current_path(home_);
    fs::remove_all(root_);
  }
  static std::size_t Entries(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
  }
  fs::path root_, home_;
  const std::map<std::string, std::string> files_ = {{"summary.json", "new"}, {"curves.csv", "c"}};
};

TEST_F(RunDirTest, NumbersDefaultFolders) {
  EXPECT_EQ(RunDir("", "x", false).Write(files_).filename(), "x");
  EXPECT_EQ(RunDir("", "x", false).Write(files_).filename(), "x-2");
  EXPECT_EQ(RunDir("", "x", false).Write(files_).filename(), "x-3");
  EXPECT_EQ(Entries("runs"), 3U);  // and no part folder
}

TEST_F(RunDirTest, OtherKindsHaveTheirOwnPlaceAndMark) {
  const RunKind kind{.parent = "fidelity", .mark = "fidelity.json"};
  const std::map<std::string, std::string> files = {{"fidelity.json", "1"}, {"fidelity.txt", "t"}};
  RunDir("", "x", false, kind).Write(files);
  EXPECT_EQ(ReadTextFile("fidelity/x/fidelity.json"), "1");
  EXPECT_THAT([&] { RunDir("fidelity/x", "x", false, kind); },
              ThrowsMessage<InputError>("fidelity/x: holds a finished run; --force replaces it"));
  RunDir("fidelity/x", "x", true, kind).Write({{"fidelity.json", "2"}});
  EXPECT_EQ(ReadTextFile("fidelity/x/fidelity.json"), "2");
  EXPECT_THAT([&] { RunDir("fidelity/x", "x", true); },
              ThrowsMessage<InputError>(HasSubstr("holds no finished run")));
}

TEST_F(RunDirTest, CreatesNothingBeforeWriting) {
  RunDir unused("a/b/c", "x", false);
  EXPECT_FALSE(fs::exists("a"));
}

TEST_F(RunDirTest, KeepsAFinishedRunUnlessForced) {
  fs::create_directory("d");
  RunDir("d", "x", false).Write({{"summary.json", "old"}});  // an empty folder is fine
  EXPECT_THAT([] { RunDir("d", "x", false); },
              ThrowsMessage<InputError>("d: holds a finished run; --force replaces it"));
  RunDir("d/", "x", true).Write(files_);
  EXPECT_EQ(ReadTextFile("d/summary.json"), "new");
}

TEST_F(RunDirTest, ForceReplacesTheRunAndKeepsWhatElseLiesThere) {
  RunDir("d", "x", false).Write({{"summary.json", "old"}, {"curves.csv", "old"}});
  fs::create_directory("d/plots");
  WriteTextFile("d/plots/mine.txt", "years of work");
  WriteTextFile("d/notes.md", "thoughts");
  RunDir("d", "x", true).Write(files_);
  EXPECT_EQ(ReadTextFile("d/summary.json"), "new");
  EXPECT_EQ(ReadTextFile("d/curves.csv"), "c");
  EXPECT_EQ(ReadTextFile("d/plots/mine.txt"), "years of work");
  EXPECT_EQ(ReadTextFile("d/notes.md"), "thoughts");
  EXPECT_EQ(Entries("."), 1U);  // and nothing beside it
}

TEST_F(RunDirTest, ForceReplacesTheRunsOwnFolderToo) {
  const std::map<std::string, std::string> with = {
      {"summary.json", "old"}, {"policies/a.0.json", "1"}, {"policies/b.0.json", "2"}};
  RunDir("d", "x", false).Write(with);
  EXPECT_EQ(ReadTextFile("d/policies/b.0.json"), "2");
  WriteTextFile("d/policies/mine.txt", "years of work");
  RunDir("d", "x", true).Write({{"summary.json", "new"}, {"policies/a.0.json", "3"}});
  EXPECT_EQ(ReadTextFile("d/policies/a.0.json"), "3");
  EXPECT_FALSE(fs::exists("d/policies/b.0.json"));  // would be taken for the new run's
  EXPECT_EQ(ReadTextFile("d/policies/mine.txt"), "years of work");
  RunDir("d", "x", true).Write(files_);
  EXPECT_FALSE(fs::exists("d/policies/a.0.json"));
  EXPECT_EQ(ReadTextFile("d/policies/mine.txt"), "years of work");
}

TEST_F(RunDirTest, FollowsLinksAndDots) {
  fs::create_directory("real");
  fs::create_directory_symlink("real", "link");
  RunDir("link", "x", false).Write(files_);
  EXPECT_EQ(ReadTextFile("real/summary.json"), "new");
  EXPECT_TRUE(fs::is_symlink("link"));
  EXPECT_EQ(RunDir("fresh/.", "x", false).Write(files_), "fresh");
  EXPECT_THROW(RunDir(std::string(300, 'n'), "x", false), InputError);
}

TEST_F(RunDirTest, NeverTouchesForeignFiles) {
  fs::create_directory("mine");
  WriteTextFile("mine/thesis.tex", "years of work");
  EXPECT_THAT([] { RunDir("mine", "x", true); },
              ThrowsMessage<InputError>(HasSubstr("mine: is not empty")));
  EXPECT_THAT([] { RunDir("mine/thesis.tex", "x", true); },
              ThrowsMessage<InputError>(HasSubstr("is a file")));
  EXPECT_THAT([] { RunDir("mine/thesis.tex/deep", "x", true); },
              ThrowsMessage<InputError>(HasSubstr("is not a folder")));
  EXPECT_EQ(ReadTextFile("mine/thesis.tex"), "years of work");
}

}  // namespace
}  // namespace edgesim
