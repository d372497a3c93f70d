#include "experiments/cli/output_file.h"

#include <filesystem>

#include "sim/input_error.h"

namespace edgesim {

void CheckOutputFile(const std::string& out, const std::vector<std::string>& inputs) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path path(out), folder = fs::absolute(path, error).parent_path();
  for (const std::string& input : inputs) {
    if (fs::equivalent(path, input, error))
      throw InputError("--out " + out + " would overwrite an input");
  }
  if (!path.has_filename() || fs::is_directory(path, error))
    throw InputError("--out " + out + ": is a folder, a file is needed");
  if (!fs::is_directory(folder, error))
    throw InputError("--out " + out + ": there is no folder " + folder.string());
}

}  // namespace edgesim
