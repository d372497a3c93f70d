#pragma once

#include <filesystem>

#include "devices/host_profile.h"

namespace edgesim {

// The host profile in a file. Throws InputError: no such file (which names what writes one), and
// what ParseHostProfile refuses.
HostProfile ReadHostProfile(const std::filesystem::path& path);

}  // namespace edgesim
