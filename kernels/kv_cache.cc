#include "kernels/kv_cache.h"

#include <cstring>
#include <stdexcept>
#include <string>

#include "kernels/packed_formats.h"

namespace edgesim::kernels {

KvCache::KvCache(std::size_t capacity, std::size_t heads, std::size_t head_dim, MemoryPool* pool)
    : capacity_((capacity + kPanelRows - 1) / kPanelRows * kPanelRows),
      heads_(heads),
      head_dim_(head_dim) {
  if (head_dim % kPanelRows != 0) {
    throw std::invalid_argument("a head of " + std::to_string(head_dim) +
                                " floats is no multiple of " + std::to_string(kPanelRows));
  }
  MemoryPool own;
  if (pool == nullptr) pool = &own;
  keys_ = pool->Take(HalfBytes());
  values_ = pool->Take(HalfBytes());
  // Positions not yet stored are multiplied by probabilities of zero: they must be finite.
  std::memset(keys_.get(), 0, HalfBytes());
  std::memset(values_.get(), 0, HalfBytes());
}

void KvCache::StoreKey(std::size_t position, const Half* key) {
  for (std::size_t head = 0; head < heads_; ++head) {
    auto* panel = reinterpret_cast<Half*>(keys_.get() +
                                          (head * capacity_ + position / kPanelRows * kPanelRows) *
                                              head_dim_ * sizeof(Half));
    for (std::size_t i = 0; i < head_dim_; ++i)
      panel[i * kPanelRows + position % kPanelRows] = key[head * head_dim_ + i];
  }
}

void KvCache::StoreValue(std::size_t position, const Half* value) {
  auto* values = reinterpret_cast<Half*>(values_.get());
  for (std::size_t i = 0; i < heads_ * head_dim_; ++i) {
    values[(i / kPanelRows * capacity_ + position) * kPanelRows + i % kPanelRows] = value[i];
  }
}

const std::byte* KvCache::KeyPanel(std::size_t head, std::size_t p) const {
  return keys_.get() + (head * capacity_ + p * kPanelRows) * head_dim_ * sizeof(Half);
}

const std::byte* KvCache::ValuePanel(std::size_t head, std::size_t p, std::size_t first) const {
  return values_.get() +
         ((head * (head_dim_ / kPanelRows) + p) * capacity_ + first) * kPanelRows * sizeof(Half);
}

}  // namespace edgesim::kernels
