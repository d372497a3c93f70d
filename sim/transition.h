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
  std::optional<Observation> after;  // null: nothing more can be earned in this episode
};

}  // namespace edgesim
