#pragma once

#include <cstdint>

namespace edgesim {

// What one (request, action) pair yields; unseen by the policy until completion.
struct Answer {
  std::uint32_t prompt_tokens = 0;  // by the tokenizer of the action's model
  std::uint32_t output_tokens = 0;
  double score = 0;  // 0 .. 10
};

inline constexpr double kMaxScore = 10;  // reward of a completed request = score / kMaxScore

}  // namespace edgesim
