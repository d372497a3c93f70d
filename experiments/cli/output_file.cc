#include "experiments/cli/output_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "sim/input_error.h"

namespace edgesim {

void CheckOutputFile(const std::string& option, const std::string& file,
                     const std::vector<std::string>& inputs) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path path(file), folder = fs::absolute(path, error).parent_path();
  const auto fail = [&](const std::string& what) {
    throw InputError(fmt::format("{} {}: {}", option, file, what));
  };
  for (const std::string& input : inputs) {
    if (fs::equivalent(path, input, error)) fail("would overwrite an input");
  }
  if (!path.has_filename() || fs::is_directory(path, error)) fail("is a folder, a file is needed");
  if (!fs::is_directory(folder, error)) fail("there is no folder " + folder.string());
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    fail("no permission to write in " + folder.string());
}

}  // namespace edgesim
