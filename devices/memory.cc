#include "devices/memory.h"

#include <fmt/format.h>

#include <numeric>

#include "devices/op_cost.h"
#include "devices/weights.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

// Slots that come free are taken again: the smallest that is large enough, else the largest, which
// grows.
class SlotPool {
 public:
  std::size_t Take(std::size_t bytes) {
    std::size_t best = kNoSlot;
    for (std::size_t s = 0; s < bytes_.size(); ++s) {
      if (!free_[s]) continue;
      if (best == kNoSlot || Better(s, best, bytes)) best = s;
    }
    if (best == kNoSlot) {
      best = bytes_.size();
      bytes_.push_back(0);
      free_.push_back(true);
    }
    bytes_[best] = std::max(bytes_[best], bytes);
    free_[best] = false;
    return best;
  }
  void Free(std::size_t slot) { free_[slot] = true; }
  std::vector<std::size_t> Bytes() && { return std::move(bytes_); }

 private:
  bool Better(std::size_t a, std::size_t b, std::size_t need) const {
    if (bytes_[b] < need) return bytes_[a] > bytes_[b];
    return bytes_[a] >= need && bytes_[a] < bytes_[b];
  }

  std::vector<std::size_t> bytes_;
  std::vector<bool> free_;
};

}  // namespace

BufferPlan PlanBuffers(const OpGraph& graph) {
  const std::size_t n = boost::num_vertices(graph);
  std::vector<std::size_t> readers(n);
  for (OpId op = 0; op < n; ++op) readers[op] = boost::out_degree(op, graph);
  BufferPlan plan{.slot = std::vector<std::size_t>(n, kNoSlot)};
  SlotPool pool;
  for (const OpId op : TopologicalOrder(graph)) {
    if (graph[op].kind != OpKind::kKvStore) {
      const auto bytes = static_cast<std::size_t>(OutputBytes(graph[op]));
      plan.slot[op] = pool.Take((bytes + kSlotAlignment - 1) / kSlotAlignment * kSlotAlignment);
    }
    for (const OpId from : Operands(graph, op)) {
      if (--readers[from] == 0 && plan.slot[from] != kNoSlot) pool.Free(plan.slot[from]);
    }
  }
  plan.slot_bytes = std::move(pool).Bytes();
  plan.total_bytes =
      std::accumulate(plan.slot_bytes.begin(), plan.slot_bytes.end(), std::size_t{0});
  return plan;
}

double KvCacheBytes(const ModelCard& card, std::size_t tokens) {
  const std::optional<double> per_token = KvBytesPerToken(card);
  if (!per_token) {
    throw InputError(fmt::format(
        "model '{}' has neither a shape nor KV bytes per token, so its cache is not known",
        card.name));
  }
  return *per_token * static_cast<double>(tokens);
}

MemoryNeed PeakMemory(const ModelCard& card, std::string_view quantization, std::size_t capacity,
                      const ForwardPass& pass) {
  const BufferPlan plan = PlanBuffers(BuildOpGraph(card, quantization, pass));
  if (pass.tokens + pass.context > capacity) {
    throw InputError(fmt::format("{} tokens after {} do not fit into a cache of {}", pass.tokens,
                                 pass.context, capacity));
  }
  MemoryNeed need{.weights = WeightBytes(card, quantization).value(),
                  .kv_cache = KvCacheBytes(card, capacity),
                  .buffers = static_cast<double>(plan.total_bytes)};
  need.total = need.weights + need.kv_cache + need.buffers;
  return need;
}

}  // namespace edgesim
