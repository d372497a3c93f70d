// Constraints of a constrained Markov decision process: what an episode may cost in expectation.
#pragma once

#include <cstdint>

#include "sim/transition.h"

namespace edgesim {

// What is summed over the requests of an episode.
enum class CostKind : std::uint8_t {
  kEnergy,         // energy as a share of the budget
  kBrownOut,       // 1 for the request that the budget's end cuts: the sum is its probability
  kCapExceedance,  // completed requests that exceeded the power cap, as a share of all requests
  kLateness,       // completed requests that were late, as a share of all requests
};

struct CostConstraint {
  CostKind kind = CostKind::kEnergy;
  double limit = 0;  // E[sum of costs of an episode] <= limit
};

// The cost of one request; `requests` of an episode.
inline double CostOf(CostKind kind, const Transition& t, std::uint32_t requests) {
  const double share = 1.0 / requests;
  switch (kind) {
    case CostKind::kEnergy:
      return t.energy / t.before.energy_budget;
    case CostKind::kBrownOut:
      return t.browned_out ? 1 : 0;
    case CostKind::kCapExceedance:
      return t.completed && t.cap_exceeded ? share : 0;
    case CostKind::kLateness:
      return t.completed && t.late ? share : 0;
  }
  return 0;
}

}  // namespace edgesim
