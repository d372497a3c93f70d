// What `edgesim doctor` finds on a machine, one line each, with what to do about it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "calibration/host_clock.h"
#include "devices/host_profile.h"
#include "experiments/cli/python_home.h"
#include "experiments/cli/terminal_facts.h"

namespace edgesim {

enum class Health : std::uint8_t { kFine, kNote, kBroken };

struct Finding {
  std::string what;   // "kernels"
  std::string found;  // one line
  Health health = Health::kFine;
  std::string advice;  // what to do; "" where nothing is
};

Finding ProcessorFinding(const HostIdentity& host);
Finding KernelsFinding();
Finding ThreadsFinding(std::size_t cores);

// Times a loop of dot products for about `seconds`, in rounds: how much their times differ is how
// noisy this machine is at this moment.
Finding NoiseFinding(const HostClock& clock, double seconds);

// Runs the interpreter to import the package.
Finding PythonFinding(const PythonPlaces& places);

// `today` as ISO 8601. A file that is there but cannot be read is no reason to stop.
Finding HostProfileFinding(const std::filesystem::path& file, const HostIdentity& host,
                           const std::string& today);

// Profiles, tables and cards that ship: broken where they are missing or cannot be read.
Finding ShippedFinding(const std::filesystem::path& share);

// Folder of recorded traces, "" where none is named.
Finding DataFinding(const std::string& folder);

Finding TerminalFinding(const TerminalFacts& facts);

bool AnyBroken(const std::vector<Finding>& findings);
std::string DoctorText(const std::vector<Finding>& findings);
std::string DoctorJson(const std::vector<Finding>& findings);

}  // namespace edgesim
