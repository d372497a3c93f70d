// Tests for experiments/record/nvidia_smi.cc.
#include "experiments/record/nvidia_smi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <cmath>

#include "experiments/record/clock.h"
#include "tests/record/fake_machine.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Answers the first question as it is, and reports twice for --loop-ms, then ends.
constexpr const char* kTwoBoards = R"(
case "$*" in
  *--loop-ms=50*) printf '0, 31.50\n1, 40.25\n0, 32.50\n1, 41.25\n';;
  *--loop-ms*) exit 1;;
  *) printf '0, 12.00, NVIDIA A\n1, 13.00, NVIDIA B\n2, [N/A], NVIDIA C\n';;
esac)";

TEST(NvidiaSmi, ParsesALine) {
  EXPECT_EQ(ParseGpuPower("0, 45.12")->index, 0);
  EXPECT_DOUBLE_EQ(ParseGpuPower("0, 45.12")->w, 45.12);
  EXPECT_EQ(ParseGpuPower("3, 7.50, NVIDIA T4, rev 2\r")->name, "NVIDIA T4, rev 2");
  EXPECT_DOUBLE_EQ(ParseGpuPower("3, 7.50, NVIDIA T4\r")->w, 7.5);
  for (const char* none : {"1, [N/A]", "1, [Not Supported]", "1, N/A"})
    EXPECT_TRUE(std::isnan(ParseGpuPower(none)->w)) << none;
  for (const char* wrong : {"", "45.12", "x, 1", "0, 45 W", "0, ", "No devices were found"})
    EXPECT_FALSE(ParseGpuPower(wrong)) << wrong;
}

TEST(NvidiaSmi, ReportsByItselfOnceStarted) {
  const FakeMachine machine;
  machine.Tool("nvidia-smi", kTwoBoards);
  const FoundSensors found = FindNvidiaSmi();
  ASSERT_EQ(found.sensors.size(), 1U);
  PowerSensor& sensor = *found.sensors[0];
  ASSERT_EQ(sensor.rails().size(), 2U);
  EXPECT_EQ(sensor.rails()[1].name, "gpu1");
  EXPECT_EQ(sensor.rails()[1].scope, "graphics board, NVIDIA B");
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("GPU 2 (NVIDIA C) gives no power.draw")));

  const double begin_s = MonotonicSeconds();
  sensor.Start(0.05);
  std::vector<double> first, second;
  while (sensor.EventFd() != -1) {
    pollfd ready{.fd = sensor.EventFd().value(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(poll(&ready, 1, 10'000), 1) << "nothing came";
    for (const PowerReading& reading : sensor.Read()) {
      EXPECT_GE(reading.t_s, begin_s);
      EXPECT_LE(reading.t_s, MonotonicSeconds());
      if (!std::isnan(reading.w.at(0))) first.push_back(reading.w[0]);
      if (!std::isnan(reading.w.at(1))) second.push_back(reading.w[1]);
    }
  }
  EXPECT_THAT(first, ElementsAre(31.5, 32.5));
  EXPECT_THAT(second, ElementsAre(40.25, 41.25));
}

TEST(NvidiaSmi, OneBoardIsGpu) {
  const FakeMachine machine;
  machine.Tool("nvidia-smi", "echo '0, 12.00, NVIDIA A'");
  EXPECT_EQ(FindNvidiaSmi().sensors.at(0)->rails().at(0).name, "gpu");
  machine.Tool("nvidia-smi", "echo 'No devices were found'; exit 6");
  EXPECT_TRUE(FindNvidiaSmi().sensors.empty());
  EXPECT_THAT(FindNvidiaSmi().notes, ElementsAre(HasSubstr("nvidia-smi: fails")));
}

}  // namespace
}  // namespace edgesim
