#include "experiments/record/battery.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "experiments/record/clock.h"
#include "experiments/record/sysfs.h"

namespace edgesim {

namespace fs = std::filesystem;

namespace {

double Watts(const fs::path& supply) {
  constexpr double kWattsPerMicrowatt = 1e-6;
  if (ReadSysfs(supply / "status").text != "Discharging")
    return std::numeric_limits<double>::quiet_NaN();
  const double power_uw = ReadWhole(supply / "power_now");
  if (!std::isnan(power_uw)) return std::abs(power_uw) * kWattsPerMicrowatt;
  return BatteryWatts(ReadWhole(supply / "voltage_now"), ReadWhole(supply / "current_now"));
}

class BatterySensor : public PowerSensor {
 public:
  BatterySensor(std::vector<MeasuredRail> rails, std::vector<fs::path> supplies)
      : PowerSensor(std::move(rails)), supplies_(std::move(supplies)) {}

  std::vector<PowerReading> Read() override {
    const double begin_s = MonotonicSeconds();
    PowerReading reading{.t_s = 0, .w = {}};
    for (const fs::path& supply : supplies_) reading.w.push_back(Watts(supply));
    reading.t_s = 0.5 * (begin_s + MonotonicSeconds());
    return {std::move(reading)};
  }

 private:
  std::vector<fs::path> supplies_;
};

}  // namespace

double BatteryWatts(double microvolts, double microamperes) {
  constexpr double kWattsPerPicowatt = 1e-12;
  return std::abs(microvolts * microamperes) * kWattsPerPicowatt;
}

FoundSensors FindBatteries(const fs::path& root) {
  FoundSensors found;
  std::vector<MeasuredRail> rails;
  std::vector<fs::path> supplies;
  for (const fs::path& supply : EntriesOf(root / "class/power_supply")) {
    if (ReadSysfs(supply / "type").text != "Battery") continue;
    if (ReadSysfs(supply / "scope").text == "Device") continue;  // a mouse's or a headset's
    const std::string name = supply.filename().string();
    const std::string status = ReadSysfs(supply / "status").text;
    if (status != "Discharging") {
      found.notes.push_back(
          fmt::format("battery {}: is not discharging ({}); unplug the charger to record it", name,
                      status.empty() ? "no status" : status));
    } else if (std::isnan(Watts(supply))) {
      found.notes.push_back(
          fmt::format("battery {}: gives neither power_now nor current_now", name));
    } else {
      rails.push_back({.name = RailName(name),
                       .source = supply.string(),
                       .scope = "whole device, while on battery"});
      supplies.push_back(supply);
    }
  }
  if (!rails.empty())
    found.sensors.push_back(std::make_unique<BatterySensor>(std::move(rails), std::move(supplies)));
  return found;
}

}  // namespace edgesim
