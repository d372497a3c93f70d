// The dot products in plain C++: 16 rows in arrays. The other simd_*.h do the same with registers.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/half.h"

namespace edgesim::kernels {

struct ScalarSimd {
  static constexpr int kLanes = 16;
  static constexpr int kTileColumns = 4;
  static constexpr int kWideZeroPoint = 128;
  struct Int {
    std::uint32_t lane[kLanes];  // int32 in two's complement, or four bytes, the first lowest
  };
  struct Float {
    float lane[kLanes];
  };

  template <class Out, class F>
  static Out Each(F f) {
    Out out;
    for (std::size_t i = 0; i < kLanes; ++i) out.lane[i] = f(i);
    return out;
  }
  static Int LoadGroup(const std::uint8_t* group, int) {
    return Each<Int>([&](std::size_t i) {
      const std::uint8_t* b = group + 4 * i;
      return static_cast<std::uint32_t>(b[0]) | static_cast<std::uint32_t>(b[1]) << 8 |
             static_cast<std::uint32_t>(b[2]) << 16 | static_cast<std::uint32_t>(b[3]) << 24;
    });
  }
  static Int LoadBytes(const std::uint8_t* rows, int) {
    return Each<Int>([&](std::size_t i) { return std::uint32_t{rows[i]}; });
  }
  static Int LoadSignedBytes(const std::int8_t* rows, int) {
    return Each<Int>([&](std::size_t i) { return static_cast<std::uint32_t>(int{rows[i]}); });
  }
  static Int SplatBytes(int byte) { return SplatInts(byte * 0x01010101); }
  static Int SplatInts(int value) {
    return Each<Int>([&](std::size_t) { return static_cast<std::uint32_t>(value); });
  }
  static Int And(const Int& a, const Int& b) {
    return Each<Int>([&](std::size_t i) { return a.lane[i] & b.lane[i]; });
  }
  static Int Or(const Int& a, const Int& b) {
    return Each<Int>([&](std::size_t i) { return a.lane[i] | b.lane[i]; });
  }
  static Int Sub(const Int& a, const Int& b) {
    return Each<Int>([&](std::size_t i) { return a.lane[i] - b.lane[i]; });
  }
  template <int kBits>
  static Int ShiftRight(const Int& a) {
    return Each<Int>([&](std::size_t i) { return a.lane[i] >> kBits; });
  }
  template <int kBits>
  static Int ShiftLeft(const Int& a) {
    return Each<Int>([&](std::size_t i) { return a.lane[i] << kBits; });
  }

  static Int BroadcastInt(const std::int32_t* value) { return SplatInts(*value); }
  static Int BroadcastGroup(const std::int8_t* group) {
    std::uint8_t bytes[4];
    std::memcpy(bytes, group, sizeof(bytes));
    return SplatInts(static_cast<int>(bytes[0] | bytes[1] << 8 | bytes[2] << 16 |
                                      static_cast<unsigned>(bytes[3]) << 24));
  }
  static Int Dot(const Int& sum, const Int& weights, const Int& activations) {
    return Each<Int>([&](std::size_t i) {
      std::uint32_t total = sum.lane[i];
      for (int shift = 0; shift < 32; shift += 8) {
        const auto weight = static_cast<int>(weights.lane[i] >> shift & 0xFF);
        const int activation = static_cast<std::int8_t>(activations.lane[i] >> shift & 0xFF);
        total += static_cast<std::uint32_t>(weight * activation);
      }
      return total;
    });
  }
  static Int PrepareWide(const Int& weights) { return weights; }
  static Int DotWide(const Int& sum, const Int& weights, const Int& activations) {
    return Dot(sum, weights, activations);
  }

  static Float ToFloat(const Int& a) {
    return Each<Float>(
        [&](std::size_t i) { return static_cast<float>(static_cast<std::int32_t>(a.lane[i])); });
  }
  static Float LoadHalves(const std::uint16_t* rows, int) {
    return Each<Float>([&](std::size_t i) { return HalfToFloat(rows[i]); });
  }
  static Float LoadBfloats(const std::uint16_t* rows, int) {
    return Each<Float>([&](std::size_t i) { return Bfloat16ToFloat(rows[i]); });
  }
  static Float LoadFloats(const float* rows, int) {
    return Each<Float>([&](std::size_t i) { return rows[i]; });
  }
  static Float Broadcast(const float* value) {
    return Each<Float>([&](std::size_t) { return *value; });
  }
  static Float Zero() {
    return Each<Float>([](std::size_t) { return 0.0F; });
  }
  static Float Add(const Float& a, const Float& b) {
    return Each<Float>([&](std::size_t i) { return a.lane[i] + b.lane[i]; });
  }
  static Float Mul(const Float& a, const Float& b) {
    return Each<Float>([&](std::size_t i) { return a.lane[i] * b.lane[i]; });
  }
  static Float MulAdd(const Float& a, const Float& b, const Float& c) {
    return Each<Float>([&](std::size_t i) { return a.lane[i] * b.lane[i] + c.lane[i]; });
  }
  static Float NegMulAdd(const Float& a, const Float& b, const Float& c) {
    return Each<Float>([&](std::size_t i) { return c.lane[i] - a.lane[i] * b.lane[i]; });
  }
  static void Store(float* rows, int, const Float& a) {
    for (std::size_t i = 0; i < kLanes; ++i) rows[i] = a.lane[i];
  }

  static float AbsMax32(const float* x) {
    float most = 0;
    for (std::size_t i = 0; i < 32; ++i) most = std::fabs(x[i]) > most ? std::fabs(x[i]) : most;
    return most;
  }
  // q = x * scale rounded to nearest, ties to even; sum[i] is that of half i.
  static void Quantize32(const float* x, float scale, std::int8_t* q, std::int32_t* sum) {
    sum[0] = sum[1] = 0;
    for (std::size_t i = 0; i < 32; ++i) {
      const auto rounded = static_cast<std::int32_t>(std::nearbyint(x[i] * scale));
      q[i] = static_cast<std::int8_t>(rounded);
      sum[i / 16] += rounded;
    }
  }
};

}  // namespace edgesim::kernels
