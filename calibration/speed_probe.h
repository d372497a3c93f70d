// How fast the machine is right now, by its own yardsticks: other tenants of the same chip take
// memory bandwidth and clock from us without a trace in this system's counters.
#pragma once

#include <cstddef>
#include <vector>

#include "calibration/host_clock.h"
#include "devices/host_profile.h"
#include "kernels/isa.h"
#include "kernels/memory_pool.h"

namespace edgesim {

class SpeedProbe {
 public:
  // `memory_bytes` are read in turn, a few milliseconds' worth at a time.
  SpeedProbe(HostClock clock, kernels::Isa isa, std::size_t memory_bytes);

  // Measures with the threads of the calling task arena, some three milliseconds; they must be
  // warm from work just done.
  HostYardstick Measure();

  // Measures, and says whether both yardsticks are within `tolerance` of the medians of all
  // measurements so far.
  bool IsTypical(double tolerance);

  // Medians of all measurements since the last Forget.
  HostYardstick Typical() const;
  void Forget();

 private:
  HostClock clock_;
  kernels::Isa isa_;
  kernels::AlignedBytes memory_;
  std::size_t next_ = 0;
  std::vector<double> read_, dot_;
};

// Whether each figure of `now` is within `tolerance` of that of `usual`.
bool IsLike(const HostYardstick& now, const HostYardstick& usual, double tolerance);

}  // namespace edgesim
