#include "experiments/record/pi_pmic.h"

#include <charconv>
#include <limits>
#include <map>
#include <sstream>

#include "experiments/record/child_process.h"
#include "experiments/record/clock.h"

namespace edgesim {

namespace {

const std::vector<std::string> kCommand = {"vcgencmd", "pmic_read_adc"};
constexpr double kTimeoutS = 2;

class PiPmicSensor : public PowerSensor {
 public:
  PiPmicSensor()
      : PowerSensor({{.name = "pmic",
                      .source = "vcgencmd pmic_read_adc",
                      .scope = "sum of the PMIC's rails, not the 5 V input"}}) {}

  std::vector<PowerReading> Read() override {
    const double begin_s = MonotonicSeconds();
    const ToolOutput output = OutputOf(kCommand, kTimeoutS);
    return {{.t_s = 0.5 * (begin_s + MonotonicSeconds()),
             .w = {output.ok ? PmicWatts(output.text) : std::numeric_limits<double>::quiet_NaN()}}};
  }
};

}  // namespace

double PmicWatts(std::string_view output) {
  std::map<std::string, double> amperes, volts;
  std::istringstream lines{std::string(output)};
  for (std::string name, value; lines >> name;) {
    std::getline(lines, value);
    const std::size_t equals = value.find('=');
    if (name.size() < 3 || equals == std::string::npos || value.size() < equals + 3) continue;
    const std::string suffix = name.substr(name.size() - 2);
    double number = 0;
    const auto [end, error] =
        std::from_chars(value.data() + equals + 1, value.data() + value.size(), number);
    if (error != std::errc() || end == value.data() + value.size()) continue;
    const std::string rail = name.substr(0, name.size() - 2);
    if (suffix == "_A" && *end == 'A') amperes[rail] = number;
    if (suffix == "_V" && *end == 'V') volts[rail] = number;
  }
  double watts = 0;
  bool paired = false;
  for (const auto& [rail, current] : amperes) {
    const auto voltage = volts.find(rail);
    if (voltage == volts.end()) continue;
    watts += current * voltage->second;
    paired = true;
  }
  return paired ? watts : std::numeric_limits<double>::quiet_NaN();
}

FoundSensors FindPiPmic() {
  FoundSensors found;
  const ToolOutput output = OutputOf(kCommand, kTimeoutS);
  if (!output.found) return found;
  if (!output.ok) {
    found.notes.emplace_back(
        "vcgencmd: pmic_read_adc fails; only a Raspberry Pi 5 has it, and the user must be in the "
        "group 'video'");
  } else if (const double watts = PmicWatts(output.text); watts == watts) {
    found.sensors.push_back(std::make_unique<PiPmicSensor>());
  }
  return found;
}

}  // namespace edgesim
