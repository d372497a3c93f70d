// Tests for experiments/record/ina3221.cc.
#include "experiments/record/ina3221.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/record/fake_machine.h"

namespace edgesim {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;

TEST(Ina3221, ChannelWattsFromMillivoltsAndMilliamperes) {
  EXPECT_DOUBLE_EQ(ChannelWatts(5000, 1200), 6.0);
  EXPECT_DOUBLE_EQ(ChannelWatts(12040, -10), -0.1204);
}

// The layout of a Jetson Orin Nano under Jetson Linux 36, and a channel that is not connected.
TEST(Ina3221, ReadsTheKernelsDriver) {
  const FakeMachine machine;
  const std::string hwmon = "bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon3/";
  machine.Sysfs(hwmon + "in1_label", "VDD_IN");
  machine.Sysfs(hwmon + "in1_input", "5000");
  machine.Sysfs(hwmon + "curr1_input", "1400");
  machine.Sysfs(hwmon + "in2_label", "VDD_CPU_GPU_CV");
  machine.Sysfs(hwmon + "in2_input", "4976");
  machine.Sysfs(hwmon + "curr2_input", "500");
  machine.Sysfs(hwmon + "in3_label", "NC");
  machine.Sysfs(hwmon + "in3_input", "0");
  machine.Sysfs(hwmon + "curr3_input", "0");
  machine.Sysfs(hwmon + "in7_label", "sum of shunt voltages");
  machine.Sysfs(hwmon + "in7_input", "760");
  const FoundSensors found = FindIna3221(machine.root());
  ASSERT_EQ(found.sensors.size(), 1U);
  PowerSensor& sensor = *found.sensors[0];
  ASSERT_EQ(sensor.rails().size(), 2U);
  EXPECT_EQ(sensor.rails()[0].name, "vdd_in");
  EXPECT_EQ(sensor.rails()[0].scope, "module input, holds its other rails");
  EXPECT_EQ(sensor.rails()[1].name, "vdd_cpu_gpu_cv");
  const auto readings = sensor.Read();
  ASSERT_EQ(readings.size(), 1U);
  EXPECT_THAT(readings[0].w, ElementsAre(DoubleNear(7.0, 1e-9), DoubleNear(2.488, 1e-9)));
}

TEST(Ina3221, ReadsTheOlderIioDriver) {
  const FakeMachine machine;
  const std::string iio = "bus/i2c/drivers/ina3221x/6-0040/iio:device0/";
  machine.Sysfs(iio + "rail_name_0", "POM_5V_IN");
  machine.Sysfs(iio + "in_power0_input", "2250");
  machine.Sysfs(iio + "rail_name_1", "POM_5V_GPU");
  machine.Sysfs(iio + "in_power1_input", "120");
  const FoundSensors found = FindIna3221(machine.root());
  ASSERT_EQ(found.sensors.size(), 1U);
  EXPECT_EQ(found.sensors[0]->rails()[1].name, "pom_5v_gpu");
  EXPECT_THAT(found.sensors[0]->Read().at(0).w, ElementsAre(DoubleEq(2.25), DoubleEq(0.12)));
}

TEST(Ina3221, NothingOnOtherMachines) {
  EXPECT_TRUE(FindIna3221(FakeMachine().root()).sensors.empty());
}

}  // namespace
}  // namespace edgesim
