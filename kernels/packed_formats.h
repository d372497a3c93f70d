// Packed weights: panels of 16 rows, the rows' bytes interleaved so that one vector holds four
// consecutive weights (a group) of each row, at the density of the GGUF blocks they come from. A
// panel is columns / kBlock packed blocks, one after another; the same bytes serve every
// instruction set, which may take the 16 rows in parts.
//
// Each packed block gives, through a traits struct S of dot products (kernels/simd_*.h), per unit
// of 32 weights the eight groups as unsigned bytes q, and per sub-block float scales and mins:
// w = scale * (q - kZeroPoint) - min. Everything else is the one template in kernels/tile.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/formats.h"

namespace edgesim::kernels {

inline constexpr std::size_t kPanelRows = 16;
inline constexpr std::size_t kGroupBytes = 4 * kPanelRows;  // one group: 4 weights of 16 rows

// Eight groups from four vectors of nibbles: groups 0..3 low, 4..7 high.
template <class S>
void UnpackNibbles(const std::uint8_t* nibbles, int part, typename S::Int (&q)[8]) {
  const auto low = S::SplatBytes(0x0F);
  for (int v = 0; v < 4; ++v) {
    const auto bytes = S::LoadGroup(nibbles + v * kGroupBytes, part);
    q[v] = S::And(bytes, low);
    q[v + 4] = S::And(S::template ShiftRight<4>(bytes), low);
  }
}

struct PackedQ4_0 {
  static constexpr std::size_t kBlock = 32, kSubBlock = 32;
  static constexpr int kZeroPoint = 8;
  static constexpr bool kMins = false, kWide = false;
  Half d[kPanelRows];
  std::uint8_t q[4][kGroupBytes];

  template <class S>
  void Scales(int part, typename S::Float* scale, typename S::Float*) const {
    scale[0] = S::LoadHalves(d, part);
  }
  template <class S>
  void Unpack(int part, std::size_t, typename S::Int (&groups)[8]) const {
    UnpackNibbles<S>(q[0], part, groups);
  }
};

// Groups 0..7 of nibbles, and the fifth bits of group g in bit g of `high`.
template <class S>
void UnpackFiveBits(const std::uint8_t* nibbles, const std::uint8_t* high_bits, int part,
                    typename S::Int (&groups)[8]) {
  UnpackNibbles<S>(nibbles, part, groups);
  const auto high = S::LoadGroup(high_bits, part);
  const auto bit = S::SplatBytes(0x10);
  groups[0] = S::Or(groups[0], S::And(S::template ShiftLeft<4>(high), bit));
  groups[1] = S::Or(groups[1], S::And(S::template ShiftLeft<3>(high), bit));
  groups[2] = S::Or(groups[2], S::And(S::template ShiftLeft<2>(high), bit));
  groups[3] = S::Or(groups[3], S::And(S::template ShiftLeft<1>(high), bit));
  groups[4] = S::Or(groups[4], S::And(high, bit));
  groups[5] = S::Or(groups[5], S::And(S::template ShiftRight<1>(high), bit));
  groups[6] = S::Or(groups[6], S::And(S::template ShiftRight<2>(high), bit));
  groups[7] = S::Or(groups[7], S::And(S::template ShiftRight<3>(high), bit));
}

struct PackedQ5_0 {
  static constexpr std::size_t kBlock = 32, kSubBlock = 32;
  static constexpr int kZeroPoint = 16;
  static constexpr bool kMins = false, kWide = false;
  Half d[kPanelRows];
  std::uint8_t q[4][kGroupBytes];
  std::uint8_t high[kGroupBytes];

  template <class S>
  void Scales(int part, typename S::Float* scale, typename S::Float*) const {
    scale[0] = S::LoadHalves(d, part);
  }
  template <class S>
  void Unpack(int part, std::size_t, typename S::Int (&groups)[8]) const {
    UnpackFiveBits<S>(q[0], high, part, groups);
  }
};

// Bytes are q + 128.
struct PackedQ8_0 {
  static constexpr std::size_t kBlock = 32, kSubBlock = 32;
  static constexpr int kZeroPoint = 128;
  static constexpr bool kMins = false, kWide = true;
  Half d[kPanelRows];
  std::uint8_t q[8][kGroupBytes];

  template <class S>
  void Scales(int part, typename S::Float* scale, typename S::Float*) const {
    scale[0] = S::LoadHalves(d, part);
  }
  template <class S>
  void Unpack(int part, std::size_t, typename S::Int (&groups)[8]) const {
    for (int g = 0; g < 8; ++g) groups[g] = S::LoadGroup(q[g], part);
  }
};

// The 6-bit scales and mins of Q4_K and Q5_K, as GGUF packs them, each byte for 16 rows.
struct PackedScaleMin {
  Half d[kPanelRows], dmin[kPanelRows];
  std::uint8_t packed[12][kPanelRows];

  template <class S>
  void Scales(int part, typename S::Float* scale, typename S::Float* min) const {
    const auto d_of = S::LoadHalves(d, part), min_of = S::LoadHalves(dmin, part);
    const auto six = S::SplatInts(63), nibble = S::SplatInts(15);
    const auto upper = S::SplatInts(48);
    for (int j = 0; j < 4; ++j) {
      const auto s = S::LoadBytes(packed[j], part), m = S::LoadBytes(packed[4 + j], part);
      const auto rest = S::LoadBytes(packed[8 + j], part);
      scale[j] = S::Mul(d_of, S::ToFloat(S::And(s, six)));
      min[j] = S::Mul(min_of, S::ToFloat(S::And(m, six)));
      scale[4 + j] = S::Mul(d_of, S::ToFloat(S::Or(S::And(rest, nibble),
                                                   S::And(S::template ShiftRight<2>(s), upper))));
      min[4 + j] = S::Mul(min_of, S::ToFloat(S::Or(S::template ShiftRight<4>(rest),
                                                   S::And(S::template ShiftRight<2>(m), upper))));
    }
  }
};

struct PackedQ4_K {
  static constexpr std::size_t kBlock = 256, kSubBlock = 32;
  static constexpr int kZeroPoint = 0;
  static constexpr bool kMins = true, kWide = false;
  PackedScaleMin scales;
  std::uint8_t q[8][4][kGroupBytes];

  template <class S>
  void Scales(int part, typename S::Float* scale, typename S::Float* min) const {
    scales.Scales<S>(part, scale, min);
  }
  template <class S>
  void Unpack(int part, std::size_t unit, typename S::Int (&groups)[8]) const {
    UnpackNibbles<S>(q[unit][0], part, groups);
  }
};

struct PackedQ5_K {
  static constexpr std::size_t kBlock = 256, kSubBlock = 32;
  static constexpr int kZeroPoint = 0;
  static constexpr bool kMins = true, kWide = false;
  struct Unit {
    std::uint8_t q[4][kGroupBytes];
    std::uint8_t high[kGroupBytes];
  };
  PackedScaleMin scales;
  Unit units[8];

  template <class S>
  void Scales(int part, typename S::Float* scale, typename S::Float* min) const {
    scales.Scales<S>(part, scale, min);
  }
  template <class S>
  void Unpack(int part, std::size_t unit, typename S::Int (&groups)[8]) const {
    UnpackFiveBits<S>(units[unit].q[0], units[unit].high, part, groups);
  }
};

// Two sub-blocks a unit; of each, groups 0..1 have their low nibbles in `low[0]` (low and high
// nibble), groups 2..3 in `low[1]`, and bits 2 g, 2 g + 1 of `high` are the upper bits of group g.
struct PackedQ6_K {
  static constexpr std::size_t kBlock = 256, kSubBlock = 16;
  static constexpr int kZeroPoint = 32;
  static constexpr bool kMins = false, kWide = false;
  struct SubBlock {
    std::uint8_t low[2][kGroupBytes];
    std::uint8_t high[kGroupBytes];
  };
  Half d[kPanelRows];
  std::int8_t scales[16][kPanelRows];
  SubBlock sub[16];

  template <class S>
  void Scales(int part, typename S::Float* scale, typename S::Float*) const {
    const auto d_of = S::LoadHalves(d, part);
    for (int j = 0; j < 16; ++j)
      scale[j] = S::Mul(d_of, S::ToFloat(S::LoadSignedBytes(scales[j], part)));
  }
  template <class S>
  void Unpack(int part, std::size_t unit, typename S::Int (&groups)[8]) const {
    const auto nibble = S::SplatBytes(0x0F), upper = S::SplatBytes(0x30);
    for (std::size_t half = 0; half < 2; ++half) {
      const SubBlock& from = sub[2 * unit + half];
      const auto low0 = S::LoadGroup(from.low[0], part), low1 = S::LoadGroup(from.low[1], part);
      const auto high = S::LoadGroup(from.high, part);
      auto* to = groups + 4 * half;
      to[0] = S::Or(S::And(low0, nibble), S::And(S::template ShiftLeft<4>(high), upper));
      to[1] = S::Or(S::And(S::template ShiftRight<4>(low0), nibble),
                    S::And(S::template ShiftLeft<2>(high), upper));
      to[2] = S::Or(S::And(low1, nibble), S::And(high, upper));
      to[3] = S::Or(S::And(S::template ShiftRight<4>(low1), nibble),
                    S::And(S::template ShiftRight<2>(high), upper));
    }
  }
};

// Per unit: bits 2 g, 2 g + 1 of `low[i]` are the low bits of group g of sub-block i, bit g of
// `high` the third bit of the unit's group g (0..7). Scales are packed as in GGUF.
struct PackedQ3_K {
  static constexpr std::size_t kBlock = 256, kSubBlock = 16;
  static constexpr int kZeroPoint = 4;
  static constexpr bool kMins = false, kWide = false;
  struct Unit {
    std::uint8_t low[2][kGroupBytes];
    std::uint8_t high[kGroupBytes];
  };
  Half d[kPanelRows];
  std::uint8_t scales[12][kPanelRows];
  Unit units[8];

  template <class S>
  void Scales(int part, typename S::Float* scale, typename S::Float*) const {
    const auto d_of = S::LoadHalves(d, part);
    const auto nibble = S::SplatInts(15), two = S::SplatInts(3), offset = S::SplatInts(32);
    for (int i = 0; i < 4; ++i) {
      const auto first = S::LoadBytes(scales[i], part), second = S::LoadBytes(scales[4 + i], part);
      const auto upper = S::LoadBytes(scales[8 + i], part);
      const auto value = [&](auto low, auto high) {
        return S::Mul(d_of, S::ToFloat(S::Sub(
                                S::Or(low, S::template ShiftLeft<4>(S::And(high, two))), offset)));
      };
      scale[i] = value(S::And(first, nibble), upper);
      scale[4 + i] = value(S::And(second, nibble), S::template ShiftRight<2>(upper));
      scale[8 + i] = value(S::template ShiftRight<4>(first), S::template ShiftRight<4>(upper));
      scale[12 + i] = value(S::template ShiftRight<4>(second), S::template ShiftRight<6>(upper));
    }
  }
  template <class S>
  void Unpack(int part, std::size_t unit, typename S::Int (&groups)[8]) const {
    const auto two = S::SplatBytes(0x03), third = S::SplatBytes(0x04);
    const auto high = S::LoadGroup(units[unit].high, part);
    for (int half = 0; half < 2; ++half) {
      const auto low = S::LoadGroup(units[unit].low[half], part);
      groups[4 * half] = S::And(low, two);
      groups[4 * half + 1] = S::And(S::template ShiftRight<2>(low), two);
      groups[4 * half + 2] = S::And(S::template ShiftRight<4>(low), two);
      groups[4 * half + 3] = S::And(S::template ShiftRight<6>(low), two);
    }
    groups[0] = S::Or(groups[0], S::And(S::template ShiftLeft<2>(high), third));
    groups[1] = S::Or(groups[1], S::And(S::template ShiftLeft<1>(high), third));
    groups[2] = S::Or(groups[2], S::And(high, third));
    groups[3] = S::Or(groups[3], S::And(S::template ShiftRight<1>(high), third));
    groups[4] = S::Or(groups[4], S::And(S::template ShiftRight<2>(high), third));
    groups[5] = S::Or(groups[5], S::And(S::template ShiftRight<3>(high), third));
    groups[6] = S::Or(groups[6], S::And(S::template ShiftRight<4>(high), third));
    groups[7] = S::Or(groups[7], S::And(S::template ShiftRight<5>(high), third));
  }
};

// Bits 2 g, 2 g + 1 of `q[j]` are group g of sub-block j.
struct PackedQ2_K {
  static constexpr std::size_t kBlock = 256, kSubBlock = 16;
  static constexpr int kZeroPoint = 0;
  static constexpr bool kMins = true, kWide = false;
  Half d[kPanelRows], dmin[kPanelRows];
  std::uint8_t scales[16][kPanelRows];
  std::uint8_t q[16][kGroupBytes];

  template <class S>
  void Scales(int part, typename S::Float* scale, typename S::Float* min) const {
    const auto d_of = S::LoadHalves(d, part), min_of = S::LoadHalves(dmin, part);
    const auto nibble = S::SplatInts(15);
    for (int j = 0; j < 16; ++j) {
      const auto both = S::LoadBytes(scales[j], part);
      scale[j] = S::Mul(d_of, S::ToFloat(S::And(both, nibble)));
      min[j] = S::Mul(min_of, S::ToFloat(S::template ShiftRight<4>(both)));
    }
  }
  template <class S>
  void Unpack(int part, std::size_t unit, typename S::Int (&groups)[8]) const {
    const auto two = S::SplatBytes(0x03);
    for (std::size_t half = 0; half < 2; ++half) {
      const auto low = S::LoadGroup(q[2 * unit + half], part);
      groups[4 * half] = S::And(low, two);
      groups[4 * half + 1] = S::And(S::template ShiftRight<2>(low), two);
      groups[4 * half + 2] = S::And(S::template ShiftRight<4>(low), two);
      groups[4 * half + 3] = S::And(S::template ShiftRight<6>(low), two);
    }
  }
};

static_assert(sizeof(PackedQ4_0) == kPanelRows * sizeof(BlockQ4_0));
static_assert(sizeof(PackedQ5_0) == kPanelRows * sizeof(BlockQ5_0));
static_assert(sizeof(PackedQ8_0) == kPanelRows * sizeof(BlockQ8_0));
static_assert(sizeof(PackedQ4_K) == kPanelRows * sizeof(BlockQ4_K));
static_assert(sizeof(PackedQ5_K) == kPanelRows * sizeof(BlockQ5_K));
static_assert(sizeof(PackedQ6_K) == kPanelRows * sizeof(BlockQ6_K));
static_assert(sizeof(PackedQ3_K) == kPanelRows * sizeof(BlockQ3_K));
static_assert(sizeof(PackedQ2_K) == kPanelRows * sizeof(BlockQ2_K));

}  // namespace edgesim::kernels
