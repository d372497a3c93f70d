#include "experiments/read_host_profile.h"

#include "devices/host_profile_io.h"
#include "experiments/files.h"
#include "sim/input_error.h"

namespace edgesim {

HostProfile ReadHostProfile(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    throw InputError(path.string() + ": no such file; `edgesim calibrate` measures a host profile");
  return ParseHostProfile(ReadTextFile(path), path.string());
}

}  // namespace edgesim
