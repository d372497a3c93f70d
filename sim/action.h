// What a policy chooses between: a model at a quantisation, on the experiment's device.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace edgesim {

using ActionId = std::uint32_t;  // position in the experiment's ActionTable

// Not in a table: the request is turned away, or goes to the back of the queue.
inline constexpr ActionId kReject = 0xFFFFFFFF;
inline constexpr ActionId kDefer = 0xFFFFFFFE;

struct ActionSpec {
  std::string name;          // "<model>-<quantization>", lower case, e.g. "qwen3-4b-q6_k"
  std::string model;         // "qwen3-4b"
  std::string quantization;  // "q6_k"
};
using ActionTable = std::vector<ActionSpec>;

}  // namespace edgesim
