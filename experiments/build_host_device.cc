#include "experiments/build_host_device.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "devices/host_device.h"
#include "devices/host_profile_io.h"
#include "devices/profile_io.h"
#include "devices/weights.h"
#include "experiments/catalog.h"
#include "experiments/files.h"
#include "experiments/named_file.h"
#include "experiments/read_host_profile.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"
#include "sim/rng.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

constexpr double kConstantInterval_s = 0.1;  // constant power means the same over any time

void CheckPowerKeys(const LoadedExperiment& loaded) {
  const DeviceConfig& config = loaded.config.device;
  const auto fail = [&](const char* key, const char* what) { loaded.document.Fail(key, what); };
  if (config.power_w.has_value() == config.power_profile.has_value()) {
    fail("device",
         "a host's power was not measured: give either 'power_w', watts while a request runs, or "
         "'power_profile', a measured device");
  }
  if (config.idle_w && config.power_profile)
    fail("device.idle_w", "'idle_w' goes with 'power_w'; a 'power_profile' has its own");
  if (config.power_w && config.idle_w.has_value() != (config.idle == "assumed")) {
    fail(config.idle_w ? "device.idle_w" : "device.idle",
         "'idle_w' and 'idle: assumed' go together: watts that count between requests");
  }
}

// "gemma-2-2b-q4_k_m": the quantisation follows the last hyphen.
HostAction ReadAction(const LoadedExperiment& loaded, std::size_t i, ActionSpec& spec) {
  const std::string& name = loaded.config.actions[i];
  const std::string key = fmt::format("actions.{}", i);
  const std::size_t hyphen = name.rfind('-');
  if (hyphen == std::string::npos || hyphen == 0 || name.find('/') != std::string::npos) {
    loaded.document.Fail(key, fmt::format("'{}' must be MODEL-QUANTISATION with a model of the "
                                          "catalogue, e.g. gemma-2-2b-q4_k_m",
                                          name));
  }
  spec = {.name = name, .model = name.substr(0, hyphen), .quantization = name.substr(hyphen + 1)};
  try {
    HostAction action{.card = FindModelCard(spec.model),
                      .quantization = spec.quantization,
                      .sizes = {},
                      .power = loaded.config.device.power_w.value_or(0)};
    FindQuantization(action.card, spec.quantization);
    return action;
  } catch (const InputError& error) {
    loaded.document.Fail(key, error.what());
  }
}

// The action of a measured device that runs the same model at the same quantisation.
const ActionProfile* SameAction(const DeviceProfile& profile, const HostAction& action) {
  const auto same = [&](const ActionProfile& candidate) {
    const std::vector<std::string>& aliases = action.card.aliases;
    return candidate.spec.quantization == action.quantization &&
           (candidate.spec.model == action.card.name ||
            std::find(aliases.begin(), aliases.end(), candidate.spec.model) != aliases.end());
  };
  const auto found = std::find_if(profile.actions.begin(), profile.actions.end(), same);
  return found == profile.actions.end() ? nullptr : &*found;
}

// Gives every action its power. Throws where the measured device lacks some, with a list of them.
void TakePower(const LoadedExperiment& loaded, const DeviceProfile& profile,
               const ActionTable& specs, std::vector<HostAction>& actions) {
  std::vector<std::string> missing, known;
  for (std::size_t a = 0; a < actions.size(); ++a) {
    if (const ActionProfile* same = SameAction(profile, actions[a])) {
      actions[a].power = *same;
    } else {
      missing.push_back(specs[a].name);
    }
  }
  if (missing.empty()) return;
  for (const ActionProfile& action : profile.actions) known.push_back(action.spec.name);
  loaded.document.Fail("device.power_profile",
                       fmt::format("'{}' has no power for {}; it has {}", profile.name,
                                   fmt::join(missing, ", "), fmt::join(known, ", ")));
}

// Rails and idle power of `power_w` and `idle_w`, and what is said of them.
DeviceInfo ConstantPower(const DeviceConfig& config, DeviceFacts& facts) {
  DeviceInfo info{.rails = {"host"},
                  .idle_w = {config.idle_w.value_or(0)},
                  .emission_interval = FromSeconds(kConstantInterval_s)};
  facts.provenance["power"] = {.kind = ProvenanceKind::kAssumed,
                               .source = "device.power_w of the experiment",
                               .date = "unknown",
                               .method = "constant while a request runs"};
  facts.assumed.push_back(
      fmt::format("Power is assumed, not measured: {:g} W while a request runs{}.", *config.power_w,
                  config.idle_w ? fmt::format(", {:g} W between requests", *config.idle_w) : ""));
  return info;
}

DeviceInfo PowerOf(const LoadedExperiment& loaded, ChosenDevice& chosen,
                   std::vector<HostAction>& actions) {
  const DeviceConfig& config = loaded.config.device;
  const fs::path path = FindNamedFile(loaded, "device.power_profile", *config.power_profile,
                                      "devices/profiles", ".json");
  const std::string text = ReadNamedFile(loaded, path);
  const DeviceProfile profile = ParseProfile(text, path.string());
  chosen.hash = fmt::format("{:016x}", HashName(chosen.hash + text));
  TakePower(loaded, profile, chosen.actions, actions);
  chosen.facts.provenance["power"] = {
      .kind = ProvenanceKind::kAssumed,
      .source = fmt::format("profile {}", profile.name),
      .date = "unknown",
      .method = "that of the same model and quantisation, measured on another device"};
  chosen.facts.assumed.push_back(
      fmt::format("Power is assumed, not measured on this host: that of {} for the same model and "
                  "quantisation.",
                  profile.name));
  return InfoOf(profile, config.idle == "assumed");
}

std::size_t ThreadsPosition(const LoadedExperiment& loaded, const HostProfile& profile,
                            const std::string& file) {
  const auto& wanted = loaded.config.device.threads;
  if (!wanted) return profile.laws.size() - 1;
  try {
    return static_cast<std::size_t>(&LawsFor(profile, file, *wanted) - profile.laws.data());
  } catch (const InputError& error) {
    loaded.document.Fail("device.threads", error.what());
  }
}

}  // namespace

ChosenDevice ReadCalibratedHost(const LoadedExperiment& loaded) {
  const DeviceConfig& config = loaded.config.device;
  CheckPowerKeys(loaded);
  if (loaded.config.actions.empty()) {
    loaded.document.Fail("",
                         "'actions' are needed with a 'host_profile': a list of "
                         "MODEL-QUANTISATION, e.g. [gemma-2-2b-q4_k_m]");
  }
  const fs::path path = loaded.directory / *config.host_profile;
  const HostProfile profile = ReadHostProfile(path);
  CheckQuality(profile, path.string());
  const std::size_t threads = ThreadsPosition(loaded, profile, path.string());
  const std::size_t count = profile.laws[threads].threads;

  ChosenDevice chosen;
  chosen.facts = {
      .name = profile.name,
      .description = fmt::format("{} ({}), {} thread{}, calibrated {}", profile.host.cpu,
                                 profile.host.isa, count, count == 1 ? "" : "s", profile.date),
      .provenance = profile.provenance,
      .assumed = {}};
  chosen.hash = HostProfileChecksum(profile);
  std::vector<HostAction> actions;
  for (std::size_t i = 0; i < loaded.config.actions.size(); ++i)
    actions.push_back(ReadAction(loaded, i, chosen.actions.emplace_back()));
  const DeviceInfo info =
      config.power_w ? ConstantPower(config, chosen.facts) : PowerOf(loaded, chosen, actions);
  chosen.make = [profile, threads, actions, info](const auto& sizes) mutable {
    for (std::size_t a = 0; a < actions.size(); ++a) actions[a].sizes = sizes[a];
    auto device = std::make_unique<HostDevice>(profile, threads, actions, info);
    const HostDevice& made = *device;
    return MadeDevice{std::move(device), [&made](ActionId action, const Answer& answer) {
                        return made.LongestSeconds(action, answer);
                      }};
  };
  return chosen;
}

}  // namespace edgesim
