#include "experiments/record/hwmon.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <regex>

#include "experiments/record/clock.h"
#include "experiments/record/sysfs.h"

namespace edgesim {

namespace fs = std::filesystem;

namespace {

constexpr double kWattsPerMicrowatt = 1e-6;

class HwmonSensor : public PowerSensor {
 public:
  HwmonSensor(std::vector<MeasuredRail> rails, std::vector<fs::path> files)
      : PowerSensor(std::move(rails)), files_(std::move(files)) {}

  std::vector<PowerReading> Read() override {
    const double begin_s = MonotonicSeconds();
    PowerReading reading{.t_s = 0, .w = {}};
    for (const fs::path& file : files_) reading.w.push_back(ReadWhole(file) * kWattsPerMicrowatt);
    reading.t_s = 0.5 * (begin_s + MonotonicSeconds());
    return {std::move(reading)};
  }

 private:
  std::vector<fs::path> files_;
};

std::string ScopeOf(const std::string& chip) {
  if (chip == "power_meter") return "wall or supply, as the ACPI meter is wired";
  if (chip == "amdgpu") return "graphics device";
  return "what the chip '" + chip + "' feeds";
}

}  // namespace

FoundSensors FindHwmon(const fs::path& root) {
  static const std::regex attribute("power([0-9]{1,4})_(input|average)");
  FoundSensors found;
  std::vector<MeasuredRail> rails;
  std::vector<fs::path> files;
  for (const fs::path& folder : EntriesOf(root / "class/hwmon")) {
    const std::string chip = ReadSysfs(folder / "name").text;
    std::error_code error;
    if (chip.empty() || chip == "ina3221" || fs::exists(root / "class/power_supply" / chip, error))
      continue;
    std::map<int, fs::path> powers;
    std::smatch match;
    for (const fs::path& file : EntriesOf(folder)) {
      const std::string name = file.filename().string();
      if (!std::regex_match(name, match, attribute) || std::isnan(ReadWhole(file))) continue;
      if (match[2] == "input") {
        powers[std::stoi(match[1])] = file;
      } else {
        powers.try_emplace(std::stoi(match[1]), file);
      }
    }
    for (const auto& [number, file] : powers) {
      const std::string label = ReadSysfs(folder / fmt::format("power{}_label", number)).text;
      rails.push_back(
          {.name = RailName(chip + "-" + (label.empty() ? fmt::format("power{}", number) : label)),
           .source = file.string(),
           .scope = ScopeOf(chip)});
      files.push_back(file);
    }
  }
  if (!rails.empty())
    found.sensors.push_back(std::make_unique<HwmonSensor>(std::move(rails), std::move(files)));
  return found;
}

}  // namespace edgesim
