// Tests for experiments/record/sysfs.cc.
#include "experiments/record/sysfs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cmath>

#include "tests/record/fake_machine.h"

namespace edgesim {
namespace {

using testing::ElementsAre;

TEST(Sysfs, ReadsTextWithoutItsLineEndAndSaysWhatFailed) {
  const FakeMachine machine;
  machine.Sysfs("a/name", "package-0");
  machine.Sysfs("a/count", "-12");
  EXPECT_EQ(ReadSysfs(machine.root() / "a/name").text, "package-0");
  EXPECT_EQ(ReadSysfs(machine.root() / "a/name").error, 0);
  EXPECT_EQ(ReadSysfs(machine.root() / "a/none").error, ENOENT);
  EXPECT_EQ(ReadSysfs(machine.root() / "a").error, EISDIR);
  EXPECT_EQ(ReadWhole(machine.root() / "a/count"), -12);
  EXPECT_TRUE(std::isnan(ReadWhole(machine.root() / "a/name")));
  EXPECT_TRUE(std::isnan(ReadWhole(machine.root() / "a/none")));
}

TEST(Sysfs, ParsesWholeNumbersOnly) {
  EXPECT_EQ(ParseWhole("262143328850"), 262143328850.0);
  for (const char* wrong : {"", "12 ", "1.5", "0x10", "99999999999999999999"})
    EXPECT_FALSE(ParseWhole(wrong)) << wrong;
}

TEST(Sysfs, SortsEntriesWithNumbersInOrder) {
  const FakeMachine machine;
  for (const char* name : {"hwmon10", "hwmon9", "hwmon0"})
    machine.Sysfs(std::string("class/") + name + "/x", "");
  std::vector<std::string> names;
  for (const auto& path : EntriesOf(machine.root() / "class"))
    names.push_back(path.filename().string());
  EXPECT_THAT(names, ElementsAre("hwmon0", "hwmon9", "hwmon10"));
  EXPECT_TRUE(EntriesOf(machine.root() / "nothing").empty());
}

TEST(Sysfs, RailNamesAreFitForACsvHeader) {
  EXPECT_EQ(RailName("VDD_CPU_GPU_CV"), "vdd_cpu_gpu_cv");
  EXPECT_EQ(RailName("Total, \"5 V\""), "total---5-v-");
  EXPECT_EQ(RailName(""), "rail");
}

}  // namespace
}  // namespace edgesim
