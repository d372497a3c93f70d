#include "experiments/build_device.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "devices/edge_device.h"
#include "devices/geometric_twin.h"
#include "devices/profile_io.h"
#include "experiments/build_host_device.h"
#include "experiments/build_synthetic.h"
#include "experiments/files.h"
#include "experiments/named_file.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"
#include "sim/rng.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

// Keys of one kind of device beside the other's.
void CheckKeys(const LoadedExperiment& loaded) {
  const DeviceConfig& config = loaded.config.device;
  const int devices =
      config.profile.has_value() + config.host_profile.has_value() + config.synthetic.has_value();
  if (devices != 1) {
    loaded.document.Fail("device",
                         devices == 0
                             ? "'device' needs 'profile', a measured device, or 'host_profile', a "
                               "calibrated host, or 'synthetic'"
                             : "'profile', 'host_profile' and 'synthetic' are different devices; "
                               "give one");
  }
  if (config.synthetic && config.idle == "assumed")
    loaded.document.Fail("device.idle", "a synthetic device has no idle power");
  const std::pair<const char*, bool> of_host[] = {
      {"threads", config.threads.has_value()},
      {"power_w", config.power_w.has_value()},
      {"idle_w", config.idle_w.has_value()},
      {"power_profile", config.power_profile.has_value()}};
  for (const auto& [key, given] : of_host) {
    if (given && !config.host_profile) {
      loaded.document.Fail(fmt::format("device.{}", key),
                           fmt::format("'{}' belongs to a 'host_profile'", key));
    }
  }
}

std::vector<std::size_t> ChooseActions(const LoadedExperiment& loaded, const DeviceProfile& profile,
                                       ActionTable& actions) {
  std::vector<std::string> known;
  for (const ActionProfile& action : profile.actions) known.push_back(action.spec.name);
  const std::vector<std::string>& named = loaded.config.actions;
  const std::vector<std::string>& wanted = named.empty() ? known : named;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto at = std::find(known.begin(), known.end(), wanted[i]);
    if (at == known.end()) {
      loaded.document.Fail(fmt::format("actions.{}", i),
                           fmt::format("the device has no action '{}'; it has {}{}", wanted[i],
                                       fmt::join(known, ", "), DidYouMean(wanted[i], known)));
    }
    positions.push_back(static_cast<std::size_t>(at - known.begin()));
    actions.push_back(profile.actions[positions.back()].spec);
  }
  return positions;
}

// Where the actions of an experiment stand in another profile.
std::vector<std::size_t> SameActions(const ActionTable& actions, const DeviceProfile& profile) {
  std::vector<std::size_t> positions;
  std::vector<std::string> known, missing;
  for (const ActionProfile& action : profile.actions) known.push_back(action.spec.name);
  for (const ActionSpec& action : actions) {
    const auto at = std::find(known.begin(), known.end(), action.name);
    positions.push_back(static_cast<std::size_t>(at - known.begin()));
    if (at == known.end()) missing.push_back(action.name);
  }
  if (!missing.empty()) {
    throw InputError(fmt::format("the profile '{}' has no {} {}; it has {}", profile.name,
                                 missing.size() == 1 ? "action" : "actions",
                                 fmt::join(missing, ", "), fmt::join(known, ", ")));
  }
  return positions;
}

// A cap over one sampling period means another thing where that period is another.
void CheckInterval(const LoadedExperiment& loaded, const DeviceProfile& from,
                   const DeviceProfile& to) {
  const auto& cap = loaded.config.power_cap;
  if (!cap || cap->window_s || from.emission_interval_s == to.emission_interval_s) return;
  throw InputError(
      fmt::format("the profile '{}' has power per {:g} s, that of the experiment per {:g} s, and "
                  "the power cap holds over one such interval; give power_cap.window_s",
                  to.name, to.emission_interval_s, from.emission_interval_s));
}

ChosenDevice ReadMeasuredDevice(const LoadedExperiment& loaded, const DeviceChange& change) {
  const DeviceConfig& config = loaded.config.device;
  const fs::path path =
      FindNamedFile(loaded, "device.profile", *config.profile, "devices/profiles", ".json");
  std::string text = ReadNamedFile(loaded, path);
  DeviceProfile profile = ParseProfile(text, path.string());
  ChosenDevice chosen{.facts = {.name = profile.name,
                                .description = profile.description,
                                .provenance = profile.provenance,
                                .assumed = {}},
                      .actions = {},
                      .hash = fmt::format("{:016x}", HashName(text)),
                      .make = {}};
  std::vector<std::size_t> positions = ChooseActions(loaded, profile, chosen.actions);
  if (change.profile) {
    text = ReadTextFile(*change.profile);
    const DeviceProfile other = ParseProfile(text, change.profile->string());
    CheckInterval(loaded, profile, other);
    positions = SameActions(chosen.actions, other);
    chosen.hash = fmt::format("{:016x}", HashName(text));
    profile = other;
  }
  if (change.geometric) profile = GeometricTwin(std::move(profile));
  const bool count_idle = config.idle == "assumed";
  chosen.make = [profile, positions, count_idle](const auto&) {
    auto device = std::make_unique<EdgeDevice>(profile, positions, count_idle);
    const EdgeDevice& made = *device;
    return MadeDevice{std::move(device), [&made](ActionId action, const Answer& answer) {
                        return made.LongestSeconds(action, answer);
                      }};
  };
  return chosen;
}

}  // namespace

ChosenDevice ReadDevice(const LoadedExperiment& loaded, const DeviceChange& change) {
  CheckKeys(loaded);
  if ((change.profile || change.geometric) && !loaded.config.device.profile) {
    throw InputError(fmt::format(
        "another profile and a geometric twin are for a measured device (device.profile), this "
        "experiment has a {}; energy, latency and bandwidth can be scaled",
        loaded.config.device.synthetic ? "synthetic one" : "calibrated host"));
  }
  if (loaded.config.device.synthetic) return ReadSyntheticDevice(loaded);
  return loaded.config.device.profile ? ReadMeasuredDevice(loaded, change)
                                      : ReadCalibratedHost(loaded);
}

}  // namespace edgesim
