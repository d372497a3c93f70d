// Energy counters of x86 processors, as the kernel's powercap zones
// (https://docs.kernel.org/power/powercap/powercap.html): energy_uj counts microjoules and starts
// again after max_energy_range_uj. AMD's counters appear under the same names.
#pragma once

#include <filesystem>

#include "experiments/record/power_sensor.h"

namespace edgesim {

// Mean watts between two readings of a counter that wraps at most once between them. The wrap
// itself is one count; it is not visible beside the counter's resolution.
double CounterWatts(double before_uj, double now_uj, double range_uj, double elapsed_s);

// Zones below root/class/powercap ("/sys" is the usual root). A reading holds the mean watts since
// the one before and stands for the middle of that time.
FoundSensors FindRapl(const std::filesystem::path& root);

}  // namespace edgesim
