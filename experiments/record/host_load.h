// What others take of this machine, and what this process holds of its memory, from /proc.
#pragma once

#include <filesystem>
#include <optional>

namespace edgesim {

// CPU seconds so far, over all CPUs; counters step by 10 ms. Null where the system does not say.
struct HostLoad {
  std::optional<double> stolen_s;  // by the hypervisor
  std::optional<double> busy_s;    // of all processes, this one too
};
HostLoad ReadHostLoad(const std::filesystem::path& proc = "/proc");

// Seconds that this process's threads were ready and waited for a CPU; null where not counted.
std::optional<double> ReadWaitedSeconds(const std::filesystem::path& proc = "/proc");

// CPU seconds of this process.
double OwnCpuSeconds();

// Largest memory held so far by this process, bytes; null where the system does not say.
std::optional<double> ReadPeakMemory(const std::filesystem::path& proc = "/proc");

// Memory that a new process can have without swapping, bytes; null where the system does not say.
std::optional<double> ReadAvailableMemory(const std::filesystem::path& proc = "/proc");

}  // namespace edgesim
