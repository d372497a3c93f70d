// Measures the kernels of this host and fits its latency laws.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "calibration/host_clock.h"
#include "calibration/timing_plan.h"
#include "devices/host_profile.h"
#include "kernels/isa.h"

namespace edgesim {

struct CalibrationOptions {
  CalibrationMode mode = CalibrationMode::kFull;
  std::vector<std::size_t> threads;  // ascending
  kernels::Isa isa{};
  TimingOptions timing;
  double warm_up_s = 1.5;  // of watching the machine's speed, per thread count
};

// Share of the whole that is done, 0 to 1, and what is being measured.
using CalibrationProgress = std::function<void(double share, const std::string& what)>;

// Other processes' CPU time, as a share of what the measurements took, above which there is no
// profile: a core that is busy elsewhere takes memory bandwidth too, unseen by our own clocks.
inline constexpr double kMostOthers = 0.05;

// Share of the figures that may have had no round at the machine's usual speed.
inline constexpr double kMostUnsettled = 0.1;

// The profile without the host's identity, its name, date and version. `cards`: the catalogue whose
// matrices are measured; one of them must have the mixtures q4_0, q4_k_m and q8_0. Throws
// ContentionError where the machine is not quiet.
HostProfile Calibrate(const std::vector<ModelCard>& cards, const CalibrationOptions& options,
                      const HostClock& clock, const CalibrationProgress& progress);

}  // namespace edgesim
