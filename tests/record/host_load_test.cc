#include "experiments/record/host_load.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <vector>

namespace edgesim {
namespace {

namespace fs = std::filesystem;

class HostLoadTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    fs::create_directories(root_ / "self/task/12");
    fs::create_directories(root_ / "self/task/7");
  }
  void TearDown() override { fs::remove_all(root_); }
  void Write(const std::string& path, const std::string& text) {
    std::ofstream(root_ / path) << text;
  }
  const fs::path root_ =
      fs::temp_directory_path() / (std::string("edgesim_host_load_") +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(HostLoadTest, ReadsTicksOfAllCpus) {
  Write("stat", "cpu  100 20 30 4000 500 6 7 89 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n");
  const HostLoad load = ReadHostLoad(root_);
  EXPECT_DOUBLE_EQ(load.busy_s.value(), 1.63);
  EXPECT_DOUBLE_EQ(load.stolen_s.value(), 0.89);
  Write("stat", "intr 5\n");
  EXPECT_FALSE(ReadHostLoad(root_).busy_s);
  fs::remove(root_ / "stat");
  EXPECT_FALSE(ReadHostLoad(root_).stolen_s);
}

TEST_F(HostLoadTest, AddsUpTheWaitsOfAllThreads) {
  EXPECT_FALSE(ReadWaitedSeconds(root_));
  Write("self/task/7/schedstat", "5000000000 250000000 9\n");
  Write("self/task/12/schedstat", "1 1500000000 2\n");
  EXPECT_DOUBLE_EQ(ReadWaitedSeconds(root_).value(), 1.75);
}

TEST_F(HostLoadTest, FindsThePeakOfMemory) {
  Write("self/status", "Name:\tedgesim\nVmPeak:\t  900 kB\nVmHWM:\t  512 kB\nVmRSS:\t  100 kB\n");
  EXPECT_EQ(ReadPeakMemory(root_).value(), 512 * 1024);
  Write("self/status", "Name:\tedgesim\n");
  EXPECT_FALSE(ReadPeakMemory(root_));
}

TEST_F(HostLoadTest, FindsTheMemoryThatIsLeft) {
  EXPECT_FALSE(ReadAvailableMemory(root_));
  Write("meminfo", "MemTotal:  900 kB\nMemFree:  3 kB\nMemAvailable:    640 kB\n");
  EXPECT_EQ(ReadAvailableMemory(root_).value(), 640 * 1024);
}

TEST(HostLoad, OfThisProcessGrowsAsItWorks) {
  const double cpu = OwnCpuSeconds(), memory = ReadPeakMemory().value();
  std::vector<char> block(std::size_t{64} << 20, 1);
  volatile char sink = 0;
  do {
    for (std::size_t i = 0; i < block.size(); i += 4096) sink = block[i];
  } while (OwnCpuSeconds() < cpu + 0.02);
  EXPECT_GE(ReadPeakMemory().value(), memory + 32e6);
  EXPECT_GE(ReadHostLoad().busy_s.value(), 0.02);
  EXPECT_EQ(sink, 1);
}

}  // namespace
}  // namespace edgesim
