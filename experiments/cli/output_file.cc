#include "experiments/cli/output_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "sim/input_error.h"

namespace edgesim {

namespace fs = std::filesystem;

namespace {

// Why no file can be made there; "" if one can. Permissions alone do not tell: a file system may be
// full, read-only, or make its files itself, as /proc does.
std::string WhyNoFile(const fs::path& folder) {
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    return "no permission to write in " + folder.string();
  const fs::path probe = folder / fmt::format(".edgesim-{}", getpid());
  std::FILE* file = std::fopen(probe.c_str(), "wx");
  if (file == nullptr)
    return fmt::format("no file can be made in {}: {}", folder.string(), std::strerror(errno));
  std::fclose(file);
  unlink(probe.c_str());
  return "";
}

}  // namespace

void CheckOutputFile(const std::string& option, const std::string& file,
                     const std::vector<std::string>& inputs) {
  std::error_code error;
  const auto fail = [&](const std::string& what) {
    throw InputError(fmt::format("{} {}: {}", option, file, what));
  };
  if (file.empty()) throw InputError(option + ": nothing given, the name of a file is needed");
  const fs::path path(file), folder = fs::absolute(path, error).parent_path();
  for (const std::string& input : inputs) {
    if (fs::equivalent(path, input, error)) fail("would overwrite an input");
  }
  if (!path.has_filename() || fs::is_directory(path, error)) fail("is a folder, a file is needed");
  if (!fs::is_directory(folder, error)) fail("there is no folder " + folder.string());
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) return;  // e.g. /dev/null
  if (const std::string why = WhyNoFile(folder); !why.empty()) fail(why);
}

}  // namespace edgesim
