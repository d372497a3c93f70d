// Power readings of other hardware monitors: ACPI meters, amdgpu, power chips on server boards.
// Attributes: https://docs.kernel.org/hwmon/sysfs-interface.html; power in microwatts.
#pragma once

#include <filesystem>

#include "experiments/record/power_sensor.h"

namespace edgesim {

// powerN_input, or powerN_average where a chip gives no instantaneous power, of every chip below
// root/class/hwmon. INA3221 chips and batteries are left to their own sensors.
FoundSensors FindHwmon(const std::filesystem::path& root);

}  // namespace edgesim
