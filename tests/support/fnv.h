// FNV-1a over the bytes of 64-bit patterns, least significant first: the hash of golden tests.
#pragma once

#include <bit>
#include <cstdint>

namespace edgesim {

class Fnv1a64 {
 public:
  void Add(std::uint64_t bits) {
    for (int byte = 0; byte < 8; ++byte)
      hash_ = (hash_ ^ ((bits >> (8 * byte)) & 0xffU)) * 0x100000001b3U;
  }
  void Add(double value) { Add(std::bit_cast<std::uint64_t>(value)); }
  std::uint64_t Value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

}  // namespace edgesim
