// Draws power paths of an Hsmm, one reading per emission interval, from tables built once at load.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "devices/hsmm.h"
#include "sim/inverse_cdf_table.h"
#include "sim/rng.h"

namespace edgesim {

class HsmmSampler {
 public:
  // Where a path goes on from: its last reading and the stay that has lasted until then. It may
  // have ended there.
  struct Past {
    double watts = 0;
    std::uint32_t state = 0;
    std::uint32_t age = 0;  // intervals of that stay so far, at least 1
  };

  // Throws std::invalid_argument if the model is not valid.
  explicit HsmmSampler(const Hsmm& model);

  // Draws one reading per element. Returns how many were below 0 W and set to 0 W.
  std::uint32_t Sample(double level_w, WordStream dwell, WordStream emission,
                       std::span<double> watts, const std::optional<Past>& past = {}) const;

 private:
  struct State {
    HsmmState emission;
    InverseCdfTable stay;          // outcome k is a stay of k + 1 intervals
    InverseCdfTable remaining;     // likewise, what remains of a first stay that began earlier
    std::vector<double> survivor;  // P(stay > u intervals), u = 0, 1, ..
    InverseCdfTable component;     // of a mixture
    std::vector<std::uint32_t> successors;
    InverseCdfTable next;  // outcome k is successors[k]; used where there are several
  };
  static double Innovation(const State& state, WordStream& words);
  std::size_t Remaining(const State& state, std::uint32_t age, std::uint64_t word) const;

  InverseCdfTable initial_;
  std::optional<FirstReading> first_reading_;
  bool starts_mid_stay_;
  std::vector<State> states_;
};

}  // namespace edgesim
