#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace edgesim {

// The whole file. Throws InputError with the path: missing, a folder, not readable, or over 64 MiB.
std::string ReadTextFile(const std::filesystem::path& path);

// Whole or not at all: a file that is there stays as it is until the new one is complete. What is
// no regular file, such as /dev/null, is written to directly. Throws InputError with the path when
// it cannot be written.
void WriteTextFile(const std::filesystem::path& path, std::string_view text);

// Folder of what ships with edgesim: devices/profiles, workloads/data, experiments/configs. The
// environment variable EDGESIM_SHARE_DIR names it where edgesim was moved after it was built.
std::filesystem::path ShareDir();

}  // namespace edgesim
