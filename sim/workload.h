#pragma once

#include "sim/request.h"
#include "sim/rng.h"

namespace edgesim {

// Where requests come from. A workload never ends; the episode's limits do.
class Workload {
 public:
  virtual ~Workload() = default;

  // Closed loop: the next request arrives when the one before it has ended.
  virtual bool ClosedLoop() const = 0;

  // Request `index`, whose arrival is counted from `previous`: the last arrival, or, in a closed
  // loop, the last completion. `world` is the noise of request `index`.
  virtual Request Next(std::uint32_t index, SimTime previous, const Noise& world) const = 0;
};

}  // namespace edgesim
