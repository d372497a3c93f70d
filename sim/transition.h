#pragma once

#include <optional>

#include "sim/action.h"
#include "sim/observation.h"

namespace edgesim {

// One decision and what came of it, complete when the next decision is due or the episode has
// ended.
struct Transition {
  Observation before;
  ActionId action = 0;
  double reward = 0;
  Joules energy{};                   // spent on it, also when it was cut
  bool completed = false;            // false: cut by the budget, the horizon or a cap, or rejected
  bool browned_out = false;          // cut by the budget's end
  bool cap_exceeded = false;         // at any instant of it
  bool late = false;                 // completed after the latency limit
  std::optional<Observation> after;  // null: nothing more can be earned in this episode
};

}  // namespace edgesim
