#include "experiments/record/ina3221.h"

#include <fmt/format.h>

#include <cmath>

#include "experiments/record/clock.h"
#include "experiments/record/sysfs.h"

namespace edgesim {

namespace fs = std::filesystem;

namespace {

struct Channel {
  fs::path power_mw;                // of the older driver, else empty
  fs::path voltage_mv, current_ma;  // of the kernel's driver
};

double Watts(const Channel& channel) {
  constexpr double kWattsPerMilliwatt = 1e-3;
  if (!channel.power_mw.empty()) return ReadWhole(channel.power_mw) * kWattsPerMilliwatt;
  return ChannelWatts(ReadWhole(channel.voltage_mv), ReadWhole(channel.current_ma));
}

class Ina3221Sensor : public PowerSensor {
 public:
  Ina3221Sensor(std::vector<MeasuredRail> rails, std::vector<Channel> channels)
      : PowerSensor(std::move(rails)), channels_(std::move(channels)) {}

  std::vector<PowerReading> Read() override {
    const double begin_s = MonotonicSeconds();
    PowerReading reading{.t_s = 0, .w = {}};
    for (const Channel& channel : channels_) reading.w.push_back(Watts(channel));
    reading.t_s = 0.5 * (begin_s + MonotonicSeconds());
    return {std::move(reading)};
  }

 private:
  std::vector<Channel> channels_;
};

// The module's input holds the other rails within it; adding them up would count them twice.
std::string ScopeOf(const std::string& rail) {
  return rail == "vdd_in" || rail == "pom_5v_in" ? "module input, holds its other rails"
                                                 : "board rail";
}

}  // namespace

double ChannelWatts(double millivolts, double milliamperes) {
  constexpr double kWattsPerMicrowatt = 1e-6;
  return millivolts * milliamperes * kWattsPerMicrowatt;
}

FoundSensors FindIna3221(const fs::path& root) {
  std::vector<MeasuredRail> rails;
  std::vector<Channel> channels;
  const auto add = [&](const std::string& label, const fs::path& source, Channel channel) {
    if (label.empty() || label == "NC" || std::isnan(Watts(channel))) return;  // not connected
    const std::string name = RailName(label);
    rails.push_back({.name = name, .source = source.string(), .scope = ScopeOf(name)});
    channels.push_back(std::move(channel));
  };
  const fs::path drivers = root / "bus/i2c/drivers";
  for (const fs::path& device : EntriesOf(drivers / "ina3221")) {
    for (const fs::path& hwmon : EntriesOf(device / "hwmon")) {
      // in4 to in7 are shunt voltages and their sum, no rails.
      for (int n = 1; n <= 3; ++n) {
        add(ReadSysfs(hwmon / fmt::format("in{}_label", n)).text,
            hwmon / fmt::format("in{}_input x curr{}_input", n, n),
            {.power_mw = {},
             .voltage_mv = hwmon / fmt::format("in{}_input", n),
             .current_ma = hwmon / fmt::format("curr{}_input", n)});
      }
    }
  }
  for (const fs::path& device : EntriesOf(drivers / "ina3221x")) {
    for (const fs::path& iio : EntriesOf(device)) {
      if (!iio.filename().string().starts_with("iio:device")) continue;
      for (int n = 0; n <= 2; ++n) {
        const fs::path power = iio / fmt::format("in_power{}_input", n);
        add(ReadSysfs(iio / fmt::format("rail_name_{}", n)).text, power,
            {.power_mw = power, .voltage_mv = {}, .current_ma = {}});
      }
    }
  }
  FoundSensors found;
  if (!rails.empty())
    found.sensors.push_back(std::make_unique<Ina3221Sensor>(std::move(rails), std::move(channels)));
  return found;
}

}  // namespace edgesim
