// Three-channel monitors on the boards of NVIDIA's Jetson modules.
// Layout: https://docs.kernel.org/hwmon/ina3221.html (mV, mA, channels 1 to 3); the older iio
// driver of Jetson Linux 32 under ina3221x: rail_name_N and in_powerN_input in mW, channels 0 to 2
// (as read by https://github.com/energymon/energymon, jetson/ina3221x.c).
#pragma once

#include <filesystem>

#include "experiments/record/power_sensor.h"

namespace edgesim {

// Watts from the bus voltage and the current of a channel.
double ChannelWatts(double millivolts, double milliamperes);

// Channels below root/bus/i2c/drivers/ina3221 and ina3221x that carry a label.
FoundSensors FindIna3221(const std::filesystem::path& root);

}  // namespace edgesim
