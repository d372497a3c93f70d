// From an observation to a row of a table. It names the fields it reads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/observation.h"

namespace edgesim {

struct Discretizer {
  std::uint32_t energy_bins = 1;  // equal shares of the budget; 1: energy is not read
  std::uint32_t requests = 1;     // of an episode; 1: requests left are not read
  std::uint32_t classes = 1;      // 1: the class is not read

  std::uint32_t States() const { return energy_bins * requests * classes; }

  // 0 .. States() - 1. A full budget falls into the top bin; the last request has requests_left 1.
  std::uint32_t State(const Observation& seen) const {
    std::uint32_t state = 0;
    if (energy_bins > 1) {
      const double share = std::clamp(seen.energy_left / seen.energy_budget, 0.0, 1.0);
      state = std::min(energy_bins - 1, static_cast<std::uint32_t>(share * energy_bins));
    }
    if (requests > 1)
      state = state * requests + std::min(seen.requests_left.value_or(requests), requests) - 1;
    if (classes > 1) state = state * classes + seen.class_id;
    return state;
  }
};

// `features` are of energy, requests_left and category; `requests` of an episode, `classes` that
// are observed.
inline Discretizer DiscretizerOf(const std::vector<std::string>& features,
                                 std::uint32_t energy_bins, std::uint32_t requests,
                                 std::uint32_t classes) {
  const auto reads = [&](const char* feature) {
    return std::find(features.begin(), features.end(), feature) != features.end();
  };
  return {.energy_bins = reads("energy") ? energy_bins : 1,
          .requests = reads("requests_left") ? requests : 1,
          .classes = reads("category") ? classes : 1};
}

}  // namespace edgesim
