#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace edgesim {

// The whole file. Throws InputError with the path: missing, a folder, not readable, or over 64 MiB.
std::string ReadTextFile(const std::filesystem::path& path);

// Throws InputError with the path when it cannot be written.
void WriteTextFile(const std::filesystem::path& path, std::string_view text);

// Folder of what ships with edgesim: devices/profiles, workloads/data, experiments/configs.
std::filesystem::path ShareDir();

}  // namespace edgesim
