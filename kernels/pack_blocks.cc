#include "kernels/pack_blocks.h"

#include <cstdint>
#include <cstring>

#include "kernels/float_tile.h"
#include "kernels/packed_formats.h"

namespace edgesim::kernels {

namespace {

// The bits of weight k (0..255, or 0..31) of a block, as the unsigned q of kernels/formats.h.
unsigned Low4(const std::uint8_t* q, std::size_t k) {  // nibbles in runs of 64
  const unsigned byte = q[k / 64 * 32 + k % 32];
  return k / 32 % 2 == 0 ? byte & 15U : byte >> 4;
}
unsigned Low2(const std::uint8_t* q, std::size_t k) {  // pairs in runs of 128
  return static_cast<unsigned>(q[k / 128 * 32 + k % 32]) >> (2 * (k / 32 % 4)) & 3U;
}

void Put(std::uint8_t& byte, unsigned bits) { byte = static_cast<std::uint8_t>(byte | bits); }

void PackRow(const BlockQ4_0& from, std::size_t row, PackedQ4_0& to) {
  to.d[row] = from.d;
  for (std::size_t j = 0; j < 16; ++j) to.q[j / 4][4 * row + j % 4] = from.q[j];
}

void PackRow(const BlockQ5_0& from, std::size_t row, PackedQ5_0& to) {
  to.d[row] = from.d;
  for (std::size_t j = 0; j < 16; ++j) to.q[j / 4][4 * row + j % 4] = from.q[j];
  for (std::size_t j = 0; j < 32; ++j)
    Put(to.high[4 * row + j % 4], (from.qh[j / 8] >> (j % 8) & 1U) << (j / 4));
}

void PackRow(const BlockQ8_0& from, std::size_t row, PackedQ8_0& to) {
  to.d[row] = from.d;
  for (std::size_t j = 0; j < 32; ++j)
    to.q[j / 4][4 * row + j % 4] = static_cast<std::uint8_t>(from.q[j] + 128);
}

// Weight j of a unit of 32 into its four vectors of nibbles.
void PutNibble(std::uint8_t (&q)[4][kGroupBytes], std::size_t row, std::size_t j, unsigned nibble) {
  Put(q[j / 4 % 4][4 * row + j % 4], nibble << (j < 16 ? 0 : 4));
}

template <class Block>
void PackScales(const Block& from, std::size_t row, PackedScaleMin& to) {
  to.d[row] = from.d;
  to.dmin[row] = from.dmin;
  for (std::size_t j = 0; j < 12; ++j) to.packed[j][row] = from.scales[j];
}

void PackRow(const BlockQ4_K& from, std::size_t row, PackedQ4_K& to) {
  PackScales(from, row, to.scales);
  for (std::size_t k = 0; k < kSuperBlock; ++k)
    PutNibble(to.q[k / 32], row, k % 32, Low4(from.q, k));
}

void PackRow(const BlockQ5_K& from, std::size_t row, PackedQ5_K& to) {
  PackScales(from, row, to.scales);
  for (std::size_t k = 0; k < kSuperBlock; ++k) {
    PackedQ5_K::Unit& unit = to.units[k / 32];
    const std::size_t j = k % 32;
    PutNibble(unit.q, row, j, Low4(from.q, k));
    Put(unit.high[4 * row + j % 4], (from.qh[j] >> (k / 32) & 1U) << (j / 4));
  }
}

void PackRow(const BlockQ6_K& from, std::size_t row, PackedQ6_K& to) {
  to.d[row] = from.d;
  for (std::size_t j = 0; j < 16; ++j) to.scales[j][row] = from.scales[j];
  for (std::size_t k = 0; k < kSuperBlock; ++k) {
    const std::size_t half = k / 128, quarter = k / 32 % 4, l = k % 32;
    const unsigned low = from.ql[64 * half + 32 * (quarter % 2) + l] >> (quarter < 2 ? 0 : 4) & 15U;
    const unsigned high = static_cast<unsigned>(from.qh[32 * half + l]) >> (2 * quarter) & 3U;
    PackedQ6_K::SubBlock& sub = to.sub[k / 16];
    const std::size_t group = k / 4 % 4, at = 4 * row + k % 4;
    Put(sub.low[group / 2][at], low << (group % 2 == 0 ? 0 : 4));
    Put(sub.high[at], high << (2 * group));
  }
}

void PackRow(const BlockQ3_K& from, std::size_t row, PackedQ3_K& to) {
  to.d[row] = from.d;
  for (std::size_t j = 0; j < 12; ++j) to.scales[j][row] = from.scales[j];
  for (std::size_t k = 0; k < kSuperBlock; ++k) {
    PackedQ3_K::Unit& unit = to.units[k / 32];
    const std::size_t j = k % 32, at = 4 * row + k % 4;
    Put(unit.low[j / 16][at], Low2(from.q, k) << (2 * (j / 4 % 4)));
    Put(unit.high[at], (from.hmask[j] >> (k / 32) & 1U) << (j / 4));
  }
}

void PackRow(const BlockQ2_K& from, std::size_t row, PackedQ2_K& to) {
  to.d[row] = from.d;
  to.dmin[row] = from.dmin;
  for (std::size_t j = 0; j < 16; ++j) to.scales[j][row] = from.scales[j];
  for (std::size_t k = 0; k < kSuperBlock; ++k)
    Put(to.q[k / 16][4 * row + k % 4], Low2(from.q, k) << (2 * (k / 4 % 4)));
}

template <class Block, class Packed>
void Pack(const std::byte* blocks, std::size_t row_bytes, std::size_t rows, std::size_t columns,
          std::byte* panel) {
  std::memset(panel, 0, columns / Packed::kBlock * sizeof(Packed));
  for (std::size_t b = 0; b < columns / Packed::kBlock; ++b) {
    for (std::size_t row = 0; row < rows; ++row) {
      Block block;
      std::memcpy(&block, blocks + row * row_bytes + b * sizeof(Block), sizeof(Block));
      PackRow(block, row, *reinterpret_cast<Packed*>(panel + b * sizeof(Packed)));
    }
  }
}

template <class Value, class Packed>
void PackFloats(const std::byte* blocks, std::size_t row_bytes, std::size_t rows,
                std::size_t columns, std::byte* panel) {
  auto* to = reinterpret_cast<Packed*>(panel);
  std::memset(panel, 0, columns * sizeof(Packed));
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t k = 0; k < columns; ++k)
      std::memcpy(&to[k].w[row], blocks + row * row_bytes + k * sizeof(Value), sizeof(Value));
  }
}

}  // namespace

void PackPanel(WeightFormat format, const std::byte* blocks, std::size_t row_bytes,
               std::size_t rows, std::size_t columns, std::byte* panel) {
  const auto with = [&](auto pack) { pack(blocks, row_bytes, rows, columns, panel); };
  switch (format) {
    case WeightFormat::kF32:
      return with(PackFloats<float, PackedF32>);
    case WeightFormat::kF16:
      return with(PackFloats<Half, PackedF16>);
    case WeightFormat::kBF16:
      return with(PackFloats<Bfloat16, PackedBF16>);
    case WeightFormat::kQ8_0:
      return with(Pack<BlockQ8_0, PackedQ8_0>);
    case WeightFormat::kQ6_K:
      return with(Pack<BlockQ6_K, PackedQ6_K>);
    case WeightFormat::kQ5_K:
      return with(Pack<BlockQ5_K, PackedQ5_K>);
    case WeightFormat::kQ4_K:
      return with(Pack<BlockQ4_K, PackedQ4_K>);
    case WeightFormat::kQ4_0:
      return with(Pack<BlockQ4_0, PackedQ4_0>);
    case WeightFormat::kQ3_K:
      return with(Pack<BlockQ3_K, PackedQ3_K>);
    case WeightFormat::kQ2_K:
      return with(Pack<BlockQ2_K, PackedQ2_K>);
    case WeightFormat::kQ5_0:
      return with(Pack<BlockQ5_0, PackedQ5_0>);
  }
}

}  // namespace edgesim::kernels
