// Batteries of the kernel's power_supply class, which speak of the whole device while it runs on
// them. Attributes: Documentation/ABI/testing/sysfs-class-power of the kernel: microwatts,
// microvolts, microamperes; some drivers give a discharging current a negative sign.
#pragma once

#include <filesystem>

#include "experiments/record/power_sensor.h"

namespace edgesim {

// Watts from voltage_now and current_now, whatever the sign of the current.
double BatteryWatts(double microvolts, double microamperes);

// Batteries below root/class/power_supply that discharge and power the system; one that is not
// discharging gives a note. A battery that is plugged in later reads NaN.
FoundSensors FindBatteries(const std::filesystem::path& root);

}  // namespace edgesim
