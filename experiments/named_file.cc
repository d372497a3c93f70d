#include "experiments/named_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "experiments/files.h"
#include "sim/did_you_mean.h"

namespace edgesim {

namespace fs = std::filesystem;

namespace {

// Names in a folder that ships with edgesim, without the extension.
std::vector<std::string> Shipped(const fs::path& folder, const std::string& extension) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(ShareDir() / folder, error)) {
    if (entry.path().extension() == extension) names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

fs::path FindNamedFile(const LoadedExperiment& loaded, const std::string& key,
                       const std::string& value, const fs::path& folder,
                       const std::string& extension) {
  if (loaded.attached.contains(value)) return value;
  std::error_code error;
  if (value.find('/') != std::string::npos || fs::path(value).extension() == extension) {
    fs::path path = loaded.directory / value;
    if (!fs::is_regular_file(path, error))
      loaded.document.Fail(key, fmt::format("no file '{}'", path.string()));
    return path;
  }
  const std::vector<std::string> names = Shipped(folder, extension);
  if (std::find(names.begin(), names.end(), value) == names.end()) {
    loaded.document.Fail(
        key, fmt::format("unknown {} '{}'; there is {}{}", key.substr(key.find('.') + 1), value,
                         fmt::join(names, ", "), DidYouMean(value, names)));
  }
  return ShareDir() / folder / (value + extension);
}

std::string ReadNamedFile(const LoadedExperiment& loaded, const fs::path& path) {
  const auto attached = loaded.attached.find(path.string());
  return attached == loaded.attached.end() ? ReadTextFile(path) : attached->second;
}

}  // namespace edgesim
