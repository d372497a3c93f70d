// Where a path stands after some readings.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "devices/hsmm.h"

namespace edgesim {

// P(state, age of its stay | readings), age in intervals, at least 1.
struct StayWeight {
  std::uint32_t state = 0;
  std::uint32_t age = 0;
  double weight = 0;  // together 1
};

// After the last of `watts` (at least one). Weights below 1e-9 are left out. A stay that began
// before the readings has the age of the readings: what came before cannot be told.
std::vector<StayWeight> FilterStays(const Hsmm& model, std::span<const double> watts,
                                    double outlier_weight);

}  // namespace edgesim
