// Tests for experiments/cli/python_home.cc.
#include "experiments/cli/python_home.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "experiments/files.h"
#include "sim/input_error.h"

namespace edgesim {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class PythonHome : public testing::Test {
 protected:
  PythonHome() { fs::remove_all(folder_); }
  ~PythonHome() override { fs::remove_all(folder_); }
  void Program(const fs::path& path) {
    fs::create_directories(path.parent_path());
    WriteTextFile(path, "#!/bin/sh\n");
    fs::permissions(path, fs::perms::owner_all);
  }
  void Package(const fs::path& path) {
    fs::create_directories(path / "edgesim");
    WriteTextFile(path / "edgesim/__init__.py", "");
  }
  const fs::path folder_ =
      fs::path(testing::TempDir()) / ("python_home" + std::to_string(::getpid()));
};

TEST_F(PythonHome, TheWantedInterpreterIsNeverPassedOver) {
  Program(folder_ / "bin/python3");
  Program(folder_ / "built");
  PythonPlaces places{.built_for = (folder_ / "built").string(),
                      .path = "/nowhere::" + (folder_ / "bin").string()};
  EXPECT_EQ(FindInterpreter(places), folder_ / "built");
  places.built_for = (folder_ / "gone").string();
  EXPECT_EQ(FindInterpreter(places), folder_ / "bin/python3");
  places.wanted = "python3";
  EXPECT_EQ(FindInterpreter(places), folder_ / "bin/python3");
  places.wanted = "python9";
  EXPECT_THAT([&] { FindInterpreter(places); },
              ThrowsMessage<InputError>(HasSubstr("EDGESIM_PYTHON is 'python9'")));
  places.wanted = folder_.string();  // a folder
  EXPECT_THROW(FindInterpreter(places), InputError);
  EXPECT_THAT([] { FindInterpreter({}); },
              ThrowsMessage<InputError>(AllOf(HasSubstr("python3-numpy"), HasSubstr("install"))));
}

TEST_F(PythonHome, ThePackageMovesWithTheBinary) {
  PythonPlaces places{.binary = folder_ / "bin/edgesim", .built_in = folder_ / "built"};
  EXPECT_THAT([&] { FindPackage(places); },
              ThrowsMessage<InputError>(HasSubstr("install Debian's python3-dev")));
  Package(folder_ / "built");
  EXPECT_EQ(FindPackage(places), folder_ / "built");
  Package(folder_ / "python");
  EXPECT_EQ(FindPackage(places), folder_ / "python");
  Package(folder_ / "bin/python");
  EXPECT_EQ(FindPackage(places), folder_ / "bin/python");
}

TEST_F(PythonHome, PythonPathKeepsWhatItHad) {
  EXPECT_EQ(PythonPathWith("/a", nullptr), "/a");
  EXPECT_EQ(PythonPathWith("/a", ""), "/a");
  EXPECT_EQ(PythonPathWith("/a", "/b:/c"), "/a:/b:/c");
}

}  // namespace
}  // namespace edgesim
