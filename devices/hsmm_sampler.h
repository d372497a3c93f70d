// Draws power paths of an Hsmm, one reading per emission interval, from tables built once at load.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "devices/hsmm.h"
#include "sim/device.h"
#include "sim/inverse_cdf_table.h"
#include "sim/rng.h"

namespace edgesim {

class HsmmSampler {
 public:
  // Throws std::invalid_argument if the model is not valid.
  explicit HsmmSampler(const Hsmm& model);

  // Writes one draw into rail `rail` of each segment; the segments are one interval each, the last
  // may be cut short. Returns how many draws were below 0 W and set to 0 W.
  std::uint32_t Sample(double level_w, WordStream dwell, WordStream emission,
                       std::span<PowerSegment> path, std::size_t rail) const;

 private:
  struct State {
    double mean_w, sd_w;
    bool takes_level;
    bool absorbing;
    InverseCdfTable stay;  // outcome k is a stay of k + 1 intervals
    std::vector<std::uint32_t> successors;
    InverseCdfTable next;  // outcome k is successors[k]; used where there are several
  };
  InverseCdfTable initial_;
  std::vector<State> states_;
};

}  // namespace edgesim
