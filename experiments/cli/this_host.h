#pragma once

#include <filesystem>
#include <string>

#include "devices/host_profile.h"

namespace edgesim {

// The machine whose /proc and /sys are below `root`, with kernels of that instruction set on that
// many cores. The CPU's name is that of /proc/cpuinfo, or of the board where that has none.
HostIdentity ReadHostIdentity(const std::filesystem::path& root, std::string isa,
                              std::size_t cores);

// The machine this runs on, with the fastest kernels it can run.
HostIdentity ThisHost();

}  // namespace edgesim
