#include "experiments/record/host_load.h"

#include <array>
#include <ctime>
#include <sstream>
#include <string>

#include "experiments/record/sysfs.h"

namespace edgesim {

namespace {

constexpr double kTicksPerSecond = 100;  // USER_HZ, fixed by Linux's interface
constexpr double kNanosecond = 1e-9, kKibibyte = 1024;

// Of the line that opens with that key: "VmHWM:   512 kB".
std::optional<double> BytesOf(const std::filesystem::path& file, const std::string& wanted) {
  std::istringstream text(ReadSysfs(file).text);
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    std::string key;
    double kibibytes = 0;
    if (words >> key >> kibibytes && key == wanted) return kibibytes * kKibibyte;
  }
  return std::nullopt;
}

}  // namespace

// The first line of /proc/stat: cpu user nice system idle iowait irq softirq steal ...
HostLoad ReadHostLoad(const std::filesystem::path& proc) {
  std::istringstream text(ReadSysfs(proc / "stat").text);
  std::string cpu;
  std::array<double, 8> ticks{};
  text >> cpu;
  for (double& t : ticks) text >> t;
  if (!text || cpu != "cpu") return {};
  const auto [user, nice, system, idle, iowait, irq, softirq, steal] = ticks;
  return {steal / kTicksPerSecond, (user + nice + system + irq + softirq) / kTicksPerSecond};
}

// Of each thread: CPU time, time waited, time slices.
std::optional<double> ReadWaitedSeconds(const std::filesystem::path& proc) {
  double waited = 0;
  bool counted = false;
  for (const std::filesystem::path& task : EntriesOf(proc / "self/task")) {
    std::istringstream text(ReadSysfs(task / "schedstat").text);
    double on_cpu = 0, ready = 0;
    if (!(text >> on_cpu >> ready)) continue;
    waited += ready * kNanosecond;
    counted = true;
  }
  if (!counted) return std::nullopt;
  return waited;
}

double OwnCpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + kNanosecond * static_cast<double>(now.tv_nsec);
}

std::optional<double> ReadPeakMemory(const std::filesystem::path& proc) {
  return BytesOf(proc / "self/status", "VmHWM:");
}

std::optional<double> ReadAvailableMemory(const std::filesystem::path& proc) {
  return BytesOf(proc / "meminfo", "MemAvailable:");
}

}  // namespace edgesim
