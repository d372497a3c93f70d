#pragma once

#include <cstdint>

#include "sim/units.h"

namespace edgesim {

struct Request {
  std::uint32_t index = 0;          // within the episode, from 0; keys the request's noise
  SimTime arrival{};                // from the start of the episode
  std::uint32_t class_id = 0;       // position in the workload's class names, e.g. the category
  std::uint32_t question = 0;       // position in the workload's questions; no policy sees it
  std::uint32_t prompt_tokens = 0;  // by the workload's reference tokenizer
  std::uint32_t deferrals = 0;      // how often a policy has deferred it
};

}  // namespace edgesim
