#include "experiments/cli/profile_argument.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "calibration/device_fit.h"
#include "devices/profile_io.h"
#include "experiments/files.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace fs = std::filesystem;

DeviceProfile ReadProfile(const std::string& argument) {
  fs::path path = argument;
  std::error_code error;
  if (!fs::exists(path, error) && path.filename() == path && !path.has_extension()) {
    const fs::path folder = ShareDir() / "devices/profiles";
    path = folder / (argument + ".json");
    if (!fs::exists(path, error)) {
      std::vector<std::string> names;
      for (const auto& entry : fs::directory_iterator(folder, error))
        names.push_back(entry.path().stem().string());
      std::sort(names.begin(), names.end());
      throw InputError(fmt::format("no profile '{}': neither a file nor one that ships, {}{}",
                                   argument, fmt::join(names, ", "), DidYouMean(argument, names)));
    }
  }
  return ParseProfile(ReadTextFile(path), path.string());
}

std::size_t FindAction(const DeviceProfile& profile, const std::string& name,
                       const std::string& option) {
  std::vector<std::string> names;
  for (const ActionProfile& action : profile.actions) names.push_back(action.spec.name);
  if (name.empty() && names.size() == 1) return 0;
  if (name.empty())
    throw InputError(
        fmt::format("{} is needed: the profile's actions are {}", option, fmt::join(names, ", ")));
  const auto at = std::find(names.begin(), names.end(), ProfileActionName(name));
  if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
  throw InputError(fmt::format("{} '{}' is not in the profile; its actions are {}{}", option, name,
                               fmt::join(names, ", "), DidYouMean(ProfileActionName(name), names)));
}

}  // namespace edgesim
