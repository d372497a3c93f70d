// IEEE 754 binary16 and bfloat16 to and from binary32, rounding to nearest, ties to even; the same
// bits as the processor's own conversions (F16C), NaNs included: these keep the upper bits of
// their payload and become quiet.
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/formats.h"

namespace edgesim::kernels {

constexpr float HalfToFloat(Half half) {
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1FU;
  const std::uint32_t fraction = half & 0x3FFU;
  if (exponent == 0) {  // zero or subnormal: fraction * 2^-24, exact in binary32
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
  }
  if (exponent == 0x1F) {
    const std::uint32_t quiet = fraction != 0 ? 0x400000U : 0U;
    return std::bit_cast<float>(sign | 0x7F800000U | quiet | (fraction << 13));
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
}

// Beyond 65504 plus half a step (65520) the result is infinite.
constexpr Half FloatToHalf(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude > 0x7F800000U) {
    return static_cast<Half>(sign | 0x7E00U | ((magnitude >> 13) & 0x3FFU));
  }
  if (magnitude >= 0x47800000U) return static_cast<Half>(sign | 0x7C00U);  // 65536 and above
  const std::uint32_t exponent = magnitude >> 23;
  std::uint32_t kept = 0;     // the half's bits before rounding
  std::uint32_t dropped = 0;  // what rounding decides on, with `half_way` as a tie
  std::uint32_t half_way = 0;
  if (exponent >= 113) {
    kept = (magnitude - (112U << 23)) >> 13;
    dropped = magnitude & 0x1FFFU;
    half_way = 0x1000U;
  } else if (exponent >= 102) {  // down to 2^-25, half of the least subnormal
    const std::uint32_t fraction = (magnitude & 0x7FFFFFU) | 0x800000U;
    const std::uint32_t shift = 126 - exponent;  // 14..24
    kept = fraction >> shift;
    dropped = fraction & ((1U << shift) - 1U);
    half_way = 1U << (shift - 1);
  }
  const bool up = dropped > half_way || (dropped == half_way && dropped != 0 && (kept & 1U) != 0);
  return static_cast<Half>(sign | (kept + (up ? 1U : 0U)));  // a carry raises the exponent
}

constexpr float Bfloat16ToFloat(Bfloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}

constexpr Bfloat16 FloatToBfloat16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) return static_cast<Bfloat16>((bits >> 16) | 0x40U);
  return static_cast<Bfloat16>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

}  // namespace edgesim::kernels
