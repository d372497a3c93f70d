#include "experiments/build_device.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "devices/edge_device.h"
#include "devices/profile_io.h"
#include "experiments/build_host_device.h"
#include "experiments/build_synthetic.h"
#include "experiments/files.h"
#include "experiments/named_file.h"
#include "sim/did_you_mean.h"
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

ChosenDevice ReadMeasuredDevice(const LoadedExperiment& loaded) {
  const DeviceConfig& config = loaded.config.device;
  const fs::path path =
      FindNamedFile(loaded, "device.profile", *config.profile, "devices/profiles", ".json");
  const std::string text = ReadTextFile(path);
  const DeviceProfile profile = ParseProfile(text, path.string());
  ChosenDevice chosen{.facts = {.name = profile.name,
                                .description = profile.description,
                                .provenance = profile.provenance,
                                .assumed = {}},
                      .actions = {},
                      .hash = fmt::format("{:016x}", HashName(text)),
                      .make = {}};
  const std::vector<std::size_t> positions = ChooseActions(loaded, profile, chosen.actions);
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

ChosenDevice ReadDevice(const LoadedExperiment& loaded) {
  CheckKeys(loaded);
  if (loaded.config.device.synthetic) return ReadSyntheticDevice(loaded);
  return loaded.config.device.profile ? ReadMeasuredDevice(loaded) : ReadCalibratedHost(loaded);
}

}  // namespace edgesim
