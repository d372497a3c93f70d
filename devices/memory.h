// What a model needs in memory: weights, KV cache, and the buffers of one pass.
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include "devices/op_graph.h"

namespace edgesim {

inline constexpr std::size_t kNoSlot = std::numeric_limits<std::size_t>::max();
inline constexpr std::size_t kSlotAlignment = 64;  // bytes: a cache line

// Where each operation writes its tensor, for running them one by one in topological order: an
// operation's slot is none of its operands', nor any that is read later. A KV store writes to the
// cache and has no slot.
struct BufferPlan {
  std::vector<std::size_t> slot;        // of each operation; kNoSlot: none
  std::vector<std::size_t> slot_bytes;  // of each slot, multiples of kSlotAlignment
  std::size_t total_bytes = 0;
};

BufferPlan PlanBuffers(const OpGraph& graph);

// f16 keys and values of `tokens` positions in all layers. A sliding window is counted in full: the
// cache of every layer holds every position. Throws InputError where neither a shape nor the card
// says the bytes per token.
double KvCacheBytes(const ModelCard& card, std::size_t tokens);

// Bytes. Threads' scratch space, the program and the tokenizer come on top.
struct MemoryNeed {
  double weights = 0;  // each tensor once, a tied embedding too
  double kv_cache = 0;
  double buffers = 0;
  double total = 0;
};

// With a cache of `capacity` positions and the buffers of `pass`: the longest prompt that is
// processed in one go. Throws InputError as BuildOpGraph, and where `pass` exceeds the capacity.
MemoryNeed PeakMemory(const ModelCard& card, std::string_view quantization, std::size_t capacity,
                      const ForwardPass& pass);

}  // namespace edgesim
