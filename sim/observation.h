#pragma once

#include <cstdint>
#include <optional>

#include "sim/units.h"

namespace edgesim {

// All a policy may see at a decision.
struct Observation {
  SimTime now{};
  Joules energy_left{};
  Joules energy_budget{};  // of the whole episode
  std::optional<std::uint32_t>
      requests_left;  // this one included; null where the episode has no count
  std::uint32_t request_index = 0;
  std::uint32_t class_id = 0;
  std::uint32_t prompt_tokens = 0;
  std::uint32_t queue_length = 0;  // waiting behind this one
  std::uint32_t deferrals = 0;     // how often this one was deferred
};

}  // namespace edgesim
