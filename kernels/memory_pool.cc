#include "kernels/memory_pool.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace edgesim::kernels {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20, kLine = 64;
// What is not taken of a chunk is never touched, and so costs no memory.
constexpr std::size_t kChunk = 128 * kHugePage, kLargest = kChunk / 4;

std::size_t RoundUp(std::size_t size, std::size_t step) { return (size + step - 1) / step * step; }

}  // namespace

AlignedBytes::AlignedBytes(std::size_t size) : size_(size) {
  if (size == 0) return;
  const std::size_t boundary = size >= kHugePage ? kHugePage : kLine;
  const std::size_t rounded = RoundUp(size, boundary);
  void* memory = std::aligned_alloc(boundary, rounded);
  if (memory == nullptr) throw std::bad_alloc();
  if (size >= kHugePage) madvise(memory, rounded, MADV_HUGEPAGE);  // advice: may be refused
  bytes_.reset(static_cast<std::byte*>(memory));
}

void AlignedBytes::Free::operator()(std::byte* bytes) const { std::free(bytes); }

std::shared_ptr<std::byte> MemoryPool::Take(std::size_t size) {
  const std::size_t rounded = RoundUp(size, kLine);
  if (rounded >= kLargest) {  // what rounding up to a huge page wastes is little
    auto own = std::make_shared<AlignedBytes>(rounded);
    return {own, own->data()};
  }
  if (chunk_ < chunks_.size() && used_ + rounded > kChunk) {
    ++chunk_;
    used_ = 0;
  }
  if (chunk_ == chunks_.size()) chunks_.push_back(std::make_shared<AlignedBytes>(kChunk));
  const std::shared_ptr<AlignedBytes>& chunk = chunks_[chunk_];
  std::byte* piece = chunk->data() + used_;
  used_ += rounded;
  return {chunk, piece};
}

}  // namespace edgesim::kernels
