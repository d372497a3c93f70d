// Weight formats and their blocks, byte for byte as GGUF files hold them, so that sizes and errors
// carry over. A matrix of m rows and k columns is m * k / kBlock blocks, row after row; k is a
// multiple of the block. Source: the GGUF specification and ggml's block definitions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace edgesim::kernels {

enum class WeightFormat : std::uint8_t {
  kF32,
  kF16,
  kBF16,
  kQ8_0,
  kQ6_K,
  kQ5_K,
  kQ4_K,
  kQ4_0,
  kQ3_K,
  kQ2_K,
  kQ5_0,
};
inline constexpr WeightFormat kAllFormats[] = {
    WeightFormat::kF32,  WeightFormat::kF16,  WeightFormat::kBF16, WeightFormat::kQ8_0,
    WeightFormat::kQ6_K, WeightFormat::kQ5_K, WeightFormat::kQ4_K, WeightFormat::kQ4_0,
    WeightFormat::kQ3_K, WeightFormat::kQ2_K, WeightFormat::kQ5_0};

struct FormatInfo {
  const char* name;         // lower case: "q4_k"
  std::size_t block;        // weights per block; k is a multiple of it
  std::size_t block_bytes;  // bytes of one block
};
const FormatInfo& InfoOf(WeightFormat format);

// Bytes of a matrix of `rows` x `columns` weights.
std::size_t MatrixBytes(WeightFormat format, std::size_t rows, std::size_t columns);

using Half = std::uint16_t;      // bits of an IEEE 754 binary16
using Bfloat16 = std::uint16_t;  // upper half of a binary32

// w = d * q, q in [-127, 127].
struct BlockQ8_0 {
  Half d;
  std::int8_t q[32];
};
static_assert(sizeof(BlockQ8_0) == 34);

// w = d * (q - 8), q in [0, 15]; byte j holds weight j in its low and weight j + 16 in its high
// nibble.
struct BlockQ4_0 {
  Half d;
  std::uint8_t q[16];
};
static_assert(sizeof(BlockQ4_0) == 18);

// w = d * (q - 16), q in [0, 31]; nibbles as in Q4_0, bit i of the 32 in qh is the fifth of weight
// i.
struct BlockQ5_0 {
  Half d;
  std::uint8_t qh[4];
  std::uint8_t q[16];
};
static_assert(sizeof(BlockQ5_0) == 22);

inline constexpr std::size_t kSuperBlock = 256;

// Eight sub-blocks of 32: w = d * scale * q - dmin * min, q in [0, 15]; scale and min have six
// bits. Bytes 0..3 of `scales` hold scales 0..3 and bytes 4..7 mins 0..3 in their low six bits;
// byte 8 + j holds the low nibbles of scale 4 + j (low) and min 4 + j (high), whose upper two bits
// are the upper two of bytes j and 4 + j. Bytes 32 i .. 32 i + 31 of `q` hold sub-block 2 i in
// their low and 2 i + 1 in their high nibbles.
struct BlockQ4_K {
  Half d, dmin;
  std::uint8_t scales[12];
  std::uint8_t q[128];
};
static_assert(sizeof(BlockQ4_K) == 144);

// As Q4_K with a fifth bit: bit s of qh[i] belongs to weight i of sub-block s.
struct BlockQ5_K {
  Half d, dmin;
  std::uint8_t scales[12];
  std::uint8_t qh[32];
  std::uint8_t q[128];
};
static_assert(sizeof(BlockQ5_K) == 176);

// Sixteen sub-blocks of 16: w = d * scale * (q - 32), q in [0, 63]. Per half h of 128 weights, with
// l in 0..31: weight l and l + 64 take the low and high nibble of ql[64 h + l], weights l + 32 and
// l + 96 those of ql[64 h + 32 + l]; their upper two bits are bits 0-1, 4-5 (l + 64), 2-3 (l + 32)
// and 6-7 (l + 96) of qh[32 h + l].
struct BlockQ6_K {
  std::uint8_t ql[128];
  std::uint8_t qh[64];
  std::int8_t scales[16];
  Half d;
};
static_assert(sizeof(BlockQ6_K) == 210);

// Sixteen sub-blocks of 16: w = d * (scale - 32) * (q - 4), q in [0, 7], scale in [0, 63]. Per half
// h and quarter j (0..3) of 32 weights: the low two bits of weight l are bits 2 j, 2 j + 1 of
// q[32 h + l], its third bit is bit 4 h + j of hmask[l]. Scales 0..7 have their low nibbles in the
// low and scales 8..15 in the high nibbles of bytes 0..7; the upper two bits of scale 4 g + i are
// bits 2 g, 2 g + 1 of byte 8 + i.
struct BlockQ3_K {
  std::uint8_t hmask[32];
  std::uint8_t q[64];
  std::uint8_t scales[12];
  Half d;
};
static_assert(sizeof(BlockQ3_K) == 110);

// Sixteen sub-blocks of 16: w = d * scale * q - dmin * min, q in [0, 3]; scale in the low, min in
// the high nibble. Bits as in Q3_K.
struct BlockQ2_K {
  std::uint8_t scales[16];
  std::uint8_t q[64];
  Half d, dmin;
};
static_assert(sizeof(BlockQ2_K) == 84);

}  // namespace edgesim::kernels
