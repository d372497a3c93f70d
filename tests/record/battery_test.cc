// Tests for experiments/record/battery.cc.
#include "experiments/record/battery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/record/fake_machine.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Battery, WattsWhateverTheCurrentsSign) {
  EXPECT_DOUBLE_EQ(BatteryWatts(12'000'000, 1'500'000), 18.0);
  EXPECT_DOUBLE_EQ(BatteryWatts(12'000'000, -1'500'000), 18.0);
}

TEST(Battery, ReadsPowerNowOrCurrentTimesVoltage) {
  const FakeMachine machine;
  const std::string supplies = "class/power_supply/";
  machine.Sysfs(supplies + "AC/type", "Mains");
  machine.Sysfs(supplies + "BAT0/type", "Battery");
  machine.Sysfs(supplies + "BAT0/status", "Discharging");
  machine.Sysfs(supplies + "BAT0/power_now", "9500000");
  machine.Sysfs(supplies + "BAT1/type", "Battery");
  machine.Sysfs(supplies + "BAT1/status", "Discharging");
  machine.Sysfs(supplies + "BAT1/current_now", "-500000");
  machine.Sysfs(supplies + "BAT1/voltage_now", "8000000");
  machine.Sysfs(supplies + "hidpp_battery_0/type", "Battery");
  machine.Sysfs(supplies + "hidpp_battery_0/scope", "Device");
  machine.Sysfs(supplies + "hidpp_battery_0/status", "Discharging");
  machine.Sysfs(supplies + "hidpp_battery_0/power_now", "1");
  const FoundSensors found = FindBatteries(machine.root());
  ASSERT_EQ(found.sensors.size(), 1U);
  ASSERT_EQ(found.sensors[0]->rails().size(), 2U);
  EXPECT_EQ(found.sensors[0]->rails()[0].name, "bat0");
  EXPECT_THAT(found.sensors[0]->Read().at(0).w,
              ElementsAre(testing::DoubleEq(9.5), testing::DoubleEq(4.0)));
  machine.Sysfs(supplies + "BAT0/status", "Charging");  // plugged in while recording
  EXPECT_TRUE(std::isnan(found.sensors[0]->Read().at(0).w[0]));
}

TEST(Battery, SaysWhyOneIsOfNoUse) {
  const FakeMachine machine;
  machine.Sysfs("class/power_supply/BAT0/type", "Battery");
  machine.Sysfs("class/power_supply/BAT0/status", "Full");
  machine.Sysfs("class/power_supply/BAT1/type", "Battery");
  machine.Sysfs("class/power_supply/BAT1/status", "Discharging");
  const FoundSensors found = FindBatteries(machine.root());
  EXPECT_TRUE(found.sensors.empty());
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("BAT0: is not discharging (Full); unplug"),
                                       HasSubstr("BAT1: gives neither power_now")));
}

}  // namespace
}  // namespace edgesim
