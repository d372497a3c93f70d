// Tests for experiments/record/sensor_list.cc.
#include "experiments/record/sensor_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/record/fake_machine.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(SensorList, HoldsAllKindsUnderUniqueNames) {
  const FakeMachine machine;
  machine.Sysfs("class/powercap/intel-rapl:0/name", "package-0");
  machine.Sysfs("class/powercap/intel-rapl:0/energy_uj", "1");
  machine.Sysfs("class/powercap/intel-rapl:0/max_energy_range_uj", "1000");
  for (const char* chip : {"hwmon0", "hwmon1"}) {
    machine.Sysfs(std::string("class/hwmon/") + chip + "/name", "ina226");
    machine.Sysfs(std::string("class/hwmon/") + chip + "/power1_input", "1000000");
  }
  machine.Tool("nvidia-smi", "echo '0, 12.00, NVIDIA A'");
  const FoundSensors found = FindSensors(machine.root());
  std::vector<std::string> names;
  for (const auto& sensor : found.sensors) {
    for (const MeasuredRail& rail : sensor->rails()) names.push_back(rail.name);
  }
  EXPECT_THAT(names, ElementsAre("package-0", "ina226-power1", "ina226-power1-2", "gpu"));
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("vcgencmd")));
}

TEST(SensorList, NamesWhatItLooksFor) {
  const std::string sought = SoughtSensors("/sys");
  for (const char* word : {"/sys/class/powercap", "ina3221", "hwmon", "battery", "nvidia-smi"})
    EXPECT_THAT(sought, testing::ContainsRegex(word == std::string("ina3221") ? "INA3221" : word));
}

}  // namespace
}  // namespace edgesim
