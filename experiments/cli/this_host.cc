#include "experiments/cli/this_host.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <string_view>
#include <thread>

#include "kernels/isa.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

std::string FirstLine(const fs::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  line.resize(std::min(line.size(), line.find('\0')));  // a device tree's texts end with one
  return line;
}

// The model name with family and model numbers: virtual machines give one name to several chips.
std::string CpuName(const fs::path& root) {
  std::ifstream in(root / "proc/cpuinfo");
  std::map<std::string, std::string> fields;  // of the first CPU
  for (std::string line; std::getline(in, line) && !line.empty();) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    if (begin == std::string::npos) continue;
    fields[line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1)] =
        line.substr(begin, line.find_last_not_of(' ') + 1 - begin);
  }
  if (const auto name = fields.find("model name"); name != fields.end()) {
    if (!fields.contains("cpu family") || !fields.contains("model")) return name->second;
    return name->second + " (family " + fields["cpu family"] + ", model " + fields["model"] + ")";
  }
  const std::string board = FirstLine(root / "proc/device-tree/model");
  return board.empty() ? "unknown CPU" : board;
}

// "32K", "1024K", "8M"; null where it is no such text.
std::optional<std::size_t> Bytes(const std::string& size) {
  std::size_t value = 0;
  const char* end = size.data() + size.size();
  const auto [stop, error] = std::from_chars(size.data(), end, value);
  if (error != std::errc() || value == 0) return std::nullopt;
  constexpr std::size_t kKibi = 1024;
  const std::string_view unit(stop, end);
  if (unit == "K") return value * kKibi;
  if (unit == "M") return value * kKibi * kKibi;
  return unit.empty() ? std::optional(value) : std::nullopt;
}

}  // namespace

HostIdentity ReadHostIdentity(const fs::path& root, std::string isa, std::size_t cores) {
  HostIdentity host{.cpu = CpuName(root),
                    .isa = std::move(isa),
                    .cores = std::max<std::size_t>(cores, 1),
                    .l1d_bytes = {},
                    .l2_bytes = {},
                    .l3_bytes = {}};
  std::error_code error;
  const fs::path caches = root / "sys/devices/system/cpu/cpu0/cache";
  for (const auto& entry : fs::directory_iterator(caches, error)) {
    const std::string level = FirstLine(entry.path() / "level");
    if (FirstLine(entry.path() / "type") == "Instruction") continue;
    const std::optional<std::size_t> bytes = Bytes(FirstLine(entry.path() / "size"));
    if (level == "1") host.l1d_bytes = bytes;
    if (level == "2") host.l2_bytes = bytes;
    if (level == "3") host.l3_bytes = bytes;
  }
  return host;
}

HostIdentity ThisHost() {
  return ReadHostIdentity("/", std::string(kernels::NameOf(kernels::FastestIsa())),
                          std::thread::hardware_concurrency());
}

}  // namespace edgesim
