// What is kept of an episode.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/action.h"
#include "sim/request.h"
#include "sim/units.h"

namespace edgesim {

enum class EndReason : std::uint8_t { kRequestsDone, kHorizon, kEnergyExhausted, kCapExceeded };

// One row per dispatched or rejected request, in order.
struct RequestRow {
  Request request;
  ActionId action = 0;
  SimTime dispatched{};
  SimTime ended{};
  Joules energy{};  // spent on it, also when it was cut
  Watts peak{};     // of the sum of all rails
  double reward = 0;
  bool completed =
      false;              // false: cut by the budget, the horizon or a terminating cap, or rejected
  bool rejected = false;  // never ran
  bool cap_exceeded = false;
  bool late = false;  // completed after the latency limit
};

struct EpisodeRecord {
  EndReason end_reason = EndReason::kRequestsDone;
  SimTime end_time{};
  double reward = 0;
  Joules energy{};
  double budget_used = 0;               // energy / budget, 1 when the budget was crossed
  std::uint32_t requests_unserved = 0;  // still waiting when the episode ended, deferred ones too
  std::uint64_t deferrals = 0;
  std::uint64_t power_draws_clamped = 0;
  std::vector<RequestRow> rows;

  // Budget or cap ended it (Gymnasium's `terminated`); otherwise it was `truncated`.
  bool Terminated() const {
    return end_reason == EndReason::kEnergyExhausted || end_reason == EndReason::kCapExceeded;
  }
};

}  // namespace edgesim
