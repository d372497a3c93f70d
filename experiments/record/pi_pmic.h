// The power management chip of a Raspberry Pi 5, asked through `vcgencmd pmic_read_adc`. It gives
// the current and the voltage of the rails it makes; the 5 V input's current is not among them, so
// USB devices, HATs and the chip's own losses are left out
// (https://github.com/jfikar/RPi5-power compares the sum with a USB-C meter).
#pragma once

#include <string_view>

#include "experiments/record/power_sensor.h"

namespace edgesim {

// Sum over rails of current times voltage, from lines such as "VDD_CORE_A current(7)=1.5A" and
// "VDD_CORE_V volt(15)=0.8V"; rails with one of the two are left out. NaN if there is no pair.
double PmicWatts(std::string_view output);

FoundSensors FindPiPmic();

}  // namespace edgesim
