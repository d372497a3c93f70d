// Keys and values of one layer in f16, laid out so that attention is two matmuls of the panels of
// kernels/float_tile.h: scores have 16 positions in a panel, values 16 floats of a head.
#pragma once

#include <cstddef>

#include "kernels/formats.h"
#include "kernels/memory_pool.h"

namespace edgesim::kernels {

class KvCache {
 public:
  KvCache() = default;
  // Room for `capacity` positions; head_dim is a multiple of 16, else std::invalid_argument.
  KvCache(std::size_t capacity, std::size_t heads, std::size_t head_dim,
          MemoryPool* pool = nullptr);

  std::size_t heads() const { return heads_; }
  std::size_t head_dim() const { return head_dim_; }
  std::size_t capacity() const { return capacity_; }  // a multiple of 16
  std::size_t bytes() const { return 2 * HalfBytes(); }

  // Stores heads * head_dim halves as the key, or the value, of a position.
  void StoreKey(std::size_t position, const Half* key);
  void StoreValue(std::size_t position, const Half* value);

  // Panel of positions 16 p .. 16 p + 15 of a head's keys: head_dim columns.
  const std::byte* KeyPanel(std::size_t head, std::size_t p) const;
  // Panel of floats 16 p .. 16 p + 15 of a head's values, from position `first` on: a column each.
  const std::byte* ValuePanel(std::size_t head, std::size_t p, std::size_t first) const;

 private:
  std::size_t HalfBytes() const { return capacity_ * heads_ * head_dim_ * sizeof(Half); }

  std::size_t capacity_ = 0, heads_ = 0, head_dim_ = 0;
  std::shared_ptr<std::byte> keys_, values_;
};

}  // namespace edgesim::kernels
