// What bounds an episode - the energy budget, the power cap, the number of requests, the horizon -
// and what counts as late.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/units.h"

namespace edgesim {

struct EnergyBudget {
  Joules limit{};
  double brown_out_reward = 0;  // earned by the request that was cut
  // The instant the budget is used up ends the episode: a hard budget. Otherwise the episode runs
  // on and the budget is only what a constraint compares with.
  bool ends_episode = true;
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
  std::optional<Duration> latency;  // from arrival to completion; what takes longer is late
};

}  // namespace edgesim
