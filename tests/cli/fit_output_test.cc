// Tests for experiments/cli/fit_output.cc: what may be written where, and ensembles whole or not at
// all.
#include "experiments/cli/fit_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "devices/profile_io.h"
#include "experiments/files.h"
#include "sim/input_error.h"
#include "tests/cli/hand_made_fit.h"

namespace edgesim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

class FitOutputTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              (std::string("fit_output_") +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string At(const std::string& name) const { return (folder_ / name).string(); }
  std::string Touch(const std::string& name) const {
    std::ofstream(folder_ / name) << "x";
    return At(name);
  }
  static void Refuses(const FitOutput& output, const std::vector<std::string>& inputs,
                      const std::string& what) {
    EXPECT_THAT([&] { CheckOutput(output, inputs); }, ThrowsMessage<InputError>(HasSubstr(what)));
  }

  fs::path folder_;
};

TEST_F(FitOutputTest, RefusesWhatCannotBeWrittenOrWouldBeLost) {
  const std::string trace = Touch("trace.csv");
  EXPECT_NO_THROW(CheckOutput({.profile = At("p.json"), .report = At("r.json")}, {trace}));
  Refuses({.profile = trace}, {trace}, "trace.csv: would overwrite an input");
  Refuses({.profile = At(".") + "/trace.csv"}, {trace}, "would overwrite an input");
  Refuses({.profile = At("p.json"), .report = trace}, {trace}, "--report");
  Refuses({.profile = At("p.json"), .report = At("./p.json")}, {}, "the same file");
  Refuses({.profile = folder_.string()}, {}, "is a folder");
  Refuses({.profile = At("no/p.json")}, {}, "there is no folder");
  Touch("p.boot");
  EXPECT_NO_THROW(CheckOutput({.profile = At("p.json")}, {}));
  Refuses({.profile = At("p.json"), .ensemble = true}, {}, "p.boot is in the way");
}

TEST_F(FitOutputTest, AnEnsembleReplacesOnlyAnEnsemble) {
  const DeviceProfile profile = HandMadeFit(2).fit.profile;
  const std::string out = At("my.json");
  EXPECT_EQ(WriteEnsemble(out, {profile, profile, profile}), folder_ / "my.boot");
  EXPECT_EQ(ParseProfile(ReadTextFile(folder_ / "my.boot/003.json"), "003.json").name, "hand");
  EXPECT_NO_THROW(CheckOutput({.profile = out, .ensemble = true}, {}));
  WriteEnsemble(out, {profile});
  EXPECT_FALSE(fs::exists(folder_ / "my.boot/002.json"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator{}), 1);
  Touch("my.boot/notes.txt");
  Refuses({.profile = out, .ensemble = true}, {}, "my.boot holds notes.txt");
  EXPECT_THAT([&] { WriteEnsemble(At("no/my.json"), {profile}); },
              ThrowsMessage<InputError>(HasSubstr("cannot be written")));
}

}  // namespace
}  // namespace edgesim
