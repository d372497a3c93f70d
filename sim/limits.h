// What bounds an episode: the energy budget, the power cap, the number of requests, the horizon.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/units.h"

namespace edgesim {

// Hard budget: the instant it is used up ends the episode.
struct EnergyBudget {
  Joules limit{};
  double brown_out_reward = 0;  // earned by the request that was cut
};

enum class CapMode : std::uint8_t {
  kObserve,    // exceedance is counted
  kTerminate,  // exceedance ends the episode at that instant
};

struct PowerCap {
  Watts limit{};
  Duration window{};  // the cap binds the mean over this window; at least one emission interval
  CapMode mode = CapMode::kObserve;
  std::uint32_t rails = ~0U;  // bit mask of the rails whose sum is capped
};

struct Limits {
  EnergyBudget budget;
  std::optional<PowerCap> cap;
  std::optional<std::uint32_t> requests;
  std::optional<Duration> horizon;
};

}  // namespace edgesim
