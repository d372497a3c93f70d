#pragma once

#include <filesystem>

#include "experiments/record/power_sensor.h"

namespace edgesim {

// Every sensor of this machine, in the order RAPL, INA3221, Pi PMIC, hwmon, battery, nvidia-smi;
// rail names are unique: a second "gpu" becomes "gpu-2". `root` is where sysfs is mounted.
FoundSensors FindSensors(const std::filesystem::path& root);

// What FindSensors looks for, for a person who has none of it.
std::string SoughtSensors(const std::filesystem::path& root);

}  // namespace edgesim
