// Memory for weights, caches and buffers.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace edgesim::kernels {

// Uninitialised bytes on a cache line's boundary, in huge pages where the system grants them.
class AlignedBytes {
 public:
  AlignedBytes() = default;
  explicit AlignedBytes(std::size_t size);

  std::byte* data() { return bytes_.get(); }
  const std::byte* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* bytes) const;
  };
  std::unique_ptr<std::byte, Free> bytes_;
  std::size_t size_ = 0;
};

// Many pieces in few large allocations, so that they share huge pages. A model's tensors read from
// pages of 4 KiB take half as long again for the page tables' sake.
class MemoryPool {
 public:
  // A piece that starts on a cache line; it lives as long as what is returned.
  std::shared_ptr<std::byte> Take(std::size_t size);

  // Gives out the same memory again: all pieces taken so far must be gone.
  void Reuse() { chunk_ = used_ = 0; }

 private:
  std::vector<std::shared_ptr<AlignedBytes>> chunks_;
  std::size_t chunk_ = 0;  // the one that pieces come from
  std::size_t used_ = 0;   // of it
};

}  // namespace edgesim::kernels
