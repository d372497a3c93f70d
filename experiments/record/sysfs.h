// Small text files of the kernel's sysfs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgesim {

struct SysfsText {
  std::string text;  // without the line's end
  int error = 0;     // errno of a failed read, 0 if none
};

SysfsText ReadSysfs(const std::filesystem::path& path);

// A decimal whole number and nothing else.
std::optional<double> ParseWhole(std::string_view text);

// The file as a whole number, or NaN where it cannot be read or holds something else.
double ReadWhole(const std::filesystem::path& path);

// Entries of a folder by name, numbers in names in numerical order; empty if there is no folder.
std::vector<std::filesystem::path> EntriesOf(const std::filesystem::path& folder);

// A label as a rail's name: lower case, and '-' for what is no letter, digit, '-' or '_'.
std::string RailName(std::string_view label);

}  // namespace edgesim
