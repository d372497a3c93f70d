// A super-block of a K-format with its codes and scales out of their bit fields. Pack and Unpack
// are inverses of one another, byte for byte.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/formats.h"

namespace edgesim::kernels {

// What codes and scales a K-format has room for.
struct SuperBlockLayout {
  std::size_t sub_block;  // weights that share a scale: 16 or 32
  int zero;               // the code that stands for 0 where there are no mins
  int max_code;           // codes are 0..max_code
  int min_scale;          // scales are min_scale..max_scale
  int max_scale;
  int max_min;  // mins are 0..max_min; 0: the format has none
};
bool IsKFormat(WeightFormat format);
// std::invalid_argument for other than K-formats.
const SuperBlockLayout& LayoutOf(WeightFormat format);

// Weight i is d * scale[s] * (code[i] - zero) - dmin * min[s] with s = i / sub_block. Arrays of
// scales are used up to 256 / sub_block.
struct SuperBlockCodes {
  Half d = 0;
  Half dmin = 0;
  std::array<std::int8_t, 16> scale{};
  std::array<std::uint8_t, 16> min{};
  std::array<std::uint8_t, kSuperBlock> code{};

  bool operator==(const SuperBlockCodes&) const = default;
};
// `block` holds InfoOf(format).block_bytes bytes, at any alignment.
SuperBlockCodes UnpackSuperBlock(WeightFormat format, const std::byte* block);
void PackSuperBlock(WeightFormat format, const SuperBlockCodes& codes, std::byte* block);

}  // namespace edgesim::kernels
