#include "experiments/record/sensor_list.h"

#include <fmt/format.h>

#include <set>

#include "experiments/record/battery.h"
#include "experiments/record/hwmon.h"
#include "experiments/record/ina3221.h"
#include "experiments/record/nvidia_smi.h"
#include "experiments/record/pi_pmic.h"
#include "experiments/record/rapl.h"

namespace edgesim {

FoundSensors FindSensors(const std::filesystem::path& root) {
  FoundSensors all;
  std::set<std::string> names;
  const auto add = [&](FoundSensors found) {
    for (std::unique_ptr<PowerSensor>& sensor : found.sensors) {
      for (std::size_t i = 0; i < sensor->rails().size(); ++i) {
        const std::string name = sensor->rails()[i].name;
        std::string unique = name;
        for (int n = 2; !names.insert(unique).second; ++n) unique = fmt::format("{}-{}", name, n);
        sensor->Rename(i, unique);
      }
      all.sensors.push_back(std::move(sensor));
    }
    all.notes.insert(all.notes.end(), found.notes.begin(), found.notes.end());
  };
  add(FindRapl(root));
  add(FindIna3221(root));
  add(FindPiPmic());
  add(FindHwmon(root));
  add(FindBatteries(root));
  add(FindNvidiaSmi());
  return all;
}

std::string SoughtSensors(const std::filesystem::path& root) {
  return fmt::format(
      "RAPL ({0}/class/powercap), INA3221 ({0}/bus/i2c/drivers), hwmon power "
      "({0}/class/hwmon), a discharging battery ({0}/class/power_supply), nvidia-smi and "
      "vcgencmd pmic_read_adc",
      root.string());
}

}  // namespace edgesim
