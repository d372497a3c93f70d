#include "experiments/record/rapl.h"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <regex>

#include "experiments/record/clock.h"
#include "experiments/record/sysfs.h"

namespace edgesim {

namespace fs = std::filesystem;

namespace {

class RaplSensor : public PowerSensor {
 public:
  RaplSensor(std::vector<MeasuredRail> rails, std::vector<fs::path> counters,
             std::vector<double> ranges_uj)
      : PowerSensor(std::move(rails)),
        counters_(std::move(counters)),
        ranges_uj_(std::move(ranges_uj)) {}

  std::vector<PowerReading> Read() override {
    Counts now{.t_s = MonotonicSeconds(), .uj = {}};
    for (const fs::path& counter : counters_) now.uj.push_back(ReadWhole(counter));
    now.t_s = 0.5 * (now.t_s + MonotonicSeconds());
    std::vector<PowerReading> readings;
    if (last_ && now.t_s > last_->t_s) {
      PowerReading reading{.t_s = 0.5 * (last_->t_s + now.t_s), .w = {}};
      for (std::size_t i = 0; i < counters_.size(); ++i) {
        reading.w.push_back(
            CounterWatts(last_->uj[i], now.uj[i], ranges_uj_[i], now.t_s - last_->t_s));
      }
      readings.push_back(std::move(reading));
    }
    last_ = std::move(now);
    return readings;
  }

 private:
  struct Counts {
    double t_s;
    std::vector<double> uj;
  };
  std::vector<fs::path> counters_;
  std::vector<double> ranges_uj_;
  std::optional<Counts> last_;
};

std::string ScopeOf(const std::string& name) {
  static const std::map<std::string, std::string> scopes = {
      {"core", "processor cores, part of the package"},
      {"uncore", "integrated graphics, part of the package"},
      {"dram", "memory"},
      {"psys", "platform, as its maker wired it"}};
  if (name.starts_with("package")) return "processor package";
  const auto scope = scopes.find(name);
  return scope != scopes.end() ? scope->second : "processor";
}

}  // namespace

double CounterWatts(double before_uj, double now_uj, double range_uj, double elapsed_s) {
  constexpr double kJoulesPerMicrojoule = 1e-6;
  const double delta_uj = now_uj - before_uj + (now_uj < before_uj ? range_uj : 0);
  return delta_uj * kJoulesPerMicrojoule / elapsed_s;
}

FoundSensors FindRapl(const fs::path& root) {
  FoundSensors found;
  // "intel-rapl-mmio" shows the package a second time, so only "intel-rapl:" counts.
  static const std::regex zone("intel-rapl:([0-9]+)(:[0-9]+)?");
  std::map<std::string, std::string> parents;  // number of the zone above, its name
  std::map<std::string, int> parts;            // how many zones below have this name
  std::vector<MeasuredRail> rails;
  std::vector<fs::path> counters;
  std::vector<double> ranges_uj;
  std::string denied;
  const std::vector<fs::path> entries = EntriesOf(root / "class/powercap");
  std::smatch match;
  for (const fs::path& entry : entries) {
    const std::string folder = entry.filename().string();
    if (!std::regex_match(folder, match, zone)) continue;
    const std::string name = ReadSysfs(entry / "name").text;
    if (match[2].matched) {
      ++parts[name];
    } else {
      parents[match[1]] = name;
    }
  }
  for (const fs::path& entry : entries) {
    const std::string folder = entry.filename().string();
    if (!std::regex_match(folder, match, zone)) continue;
    const std::string name = ReadSysfs(entry / "name").text;
    if (name.empty()) continue;
    const fs::path counter = entry / "energy_uj", range = entry / "max_energy_range_uj";
    const SysfsText energy_uj = ReadSysfs(counter), range_uj = ReadSysfs(range);
    const int error = energy_uj.error != 0 ? energy_uj.error : range_uj.error;
    if (error == EACCES || error == EPERM) {
      if (denied.empty()) denied = (energy_uj.error != 0 ? counter : range).string();
      continue;
    }
    if (error != 0 || !ParseWhole(energy_uj.text) || !(ParseWhole(range_uj.text) > 0.0)) {
      found.notes.push_back(
          fmt::format("RAPL: {} gives no energy{}", entry.string(),
                      error != 0 ? fmt::format(": {}", std::strerror(error)) : ""));
      continue;
    }
    // Each package of a machine with several has a "core": the parent's name tells them apart.
    const bool ambiguous = match[2].matched && parts[name] > 1;
    rails.push_back({.name = RailName(ambiguous ? parents[match[1]] + "-" + name : name),
                     .source = counter.string(),
                     .scope = ScopeOf(name)});
    counters.push_back(counter);
    ranges_uj.push_back(*ParseWhole(range_uj.text));
  }
  if (!denied.empty()) {
    found.notes.push_back(fmt::format(
        "RAPL: no permission to read {}; run as root, or until the next boot: sudo chmod a+r "
        "{}/intel-rapl:*/{{energy,max_energy_range}}_uj",
        denied, (root / "class/powercap").string()));
  }
  if (!rails.empty()) {
    found.sensors.push_back(
        std::make_unique<RaplSensor>(std::move(rails), std::move(counters), std::move(ranges_uj)));
  }
  return found;
}

}  // namespace edgesim
