#include "experiments/record/sysfs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <limits>
#include <system_error>

namespace edgesim {

namespace fs = std::filesystem;

SysfsText ReadSysfs(const fs::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {.error = errno};
  char buffer[4096];  // sysfs attributes are at most a page
  const ssize_t size = read(file, buffer, sizeof buffer);
  const int error = errno;
  close(file);
  if (size < 0) return {.error = error};
  std::string text(buffer, static_cast<std::size_t>(size));
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
    text.pop_back();
  return {.text = std::move(text)};
}

std::optional<double> ParseWhole(std::string_view text) {
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return static_cast<double>(value);
}

double ReadWhole(const fs::path& path) {
  const SysfsText read = ReadSysfs(path);
  if (read.error != 0) return std::numeric_limits<double>::quiet_NaN();
  return ParseWhole(read.text).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::vector<fs::path> EntriesOf(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    entries.push_back(it->path());
  // "hwmon10" after "hwmon9": compared by length where all but the digits is the same.
  const auto key = [](const fs::path& path) {
    std::string padded;
    const std::string name = path.filename().string();
    for (std::size_t i = 0; i < name.size();) {
      const auto digits = static_cast<std::size_t>(
          std::find_if(name.begin() + static_cast<std::ptrdiff_t>(i), name.end(),
                       [](unsigned char c) { return std::isdigit(c) == 0; }) -
          (name.begin() + static_cast<std::ptrdiff_t>(i)));
      constexpr std::size_t kWidth = 12;
      if (digits == 0) {
        padded += name[i++];
      } else {
        padded.append(kWidth - std::min(kWidth, digits), '0').append(name, i, digits);
        i += digits;
      }
    }
    return padded;
  };
  std::sort(entries.begin(), entries.end(),
            [&](const fs::path& a, const fs::path& b) { return key(a) < key(b); });
  return entries;
}

std::string RailName(std::string_view label) {
  std::string name;
  for (const char c : label) {
    const auto u = static_cast<unsigned char>(c);
    const bool kept = u < 128 && (std::isalnum(u) != 0 || c == '-' || c == '_');
    name += kept ? static_cast<char>(std::tolower(u)) : '-';
  }
  return name.empty() ? "rail" : name;
}

}  // namespace edgesim
