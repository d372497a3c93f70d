// Tests for experiments/record/hwmon.cc.
#include "experiments/record/hwmon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/record/fake_machine.h"

namespace edgesim {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

TEST(Hwmon, TakesInstantaneousPowerOrElseTheAverage) {
  const FakeMachine machine;
  machine.Sysfs("class/hwmon/hwmon0/name", "coretemp");
  machine.Sysfs("class/hwmon/hwmon0/temp1_input", "41000");
  machine.Sysfs("class/hwmon/hwmon1/name", "amdgpu");
  machine.Sysfs("class/hwmon/hwmon1/power1_average", "15000000");
  machine.Sysfs("class/hwmon/hwmon1/power1_label", "slowPPT");
  machine.Sysfs("class/hwmon/hwmon2/name", "ina226");
  machine.Sysfs("class/hwmon/hwmon2/power1_average", "1");
  machine.Sysfs("class/hwmon/hwmon2/power1_input", "4113120");
  machine.Sysfs("class/hwmon/hwmon2/power1_cap", "9000000");
  const FoundSensors found = FindHwmon(machine.root());
  ASSERT_EQ(found.sensors.size(), 1U);
  PowerSensor& sensor = *found.sensors[0];
  ASSERT_EQ(sensor.rails().size(), 2U);
  EXPECT_EQ(sensor.rails()[0].name, "amdgpu-slowppt");
  EXPECT_EQ(sensor.rails()[0].scope, "graphics device");
  EXPECT_EQ(sensor.rails()[1].name, "ina226-power1");
  EXPECT_THAT(sensor.Read().at(0).w, ElementsAre(DoubleEq(15), DoubleEq(4.11312)));
  machine.Sysfs("class/hwmon/hwmon1/power1_average", "no reading");
  EXPECT_TRUE(std::isnan(sensor.Read().at(0).w[0]));
}

TEST(Hwmon, LeavesWhatOtherSensorsRead) {
  const FakeMachine machine;
  machine.Sysfs("class/hwmon/hwmon0/name", "ina3221");
  machine.Sysfs("class/hwmon/hwmon0/power1_input", "1000000");
  machine.Sysfs("class/hwmon/hwmon1/name", "BAT0");
  machine.Sysfs("class/hwmon/hwmon1/power1_input", "1000000");
  machine.Sysfs("class/power_supply/BAT0/type", "Battery");
  EXPECT_TRUE(FindHwmon(machine.root()).sensors.empty());
}

}  // namespace
}  // namespace edgesim
