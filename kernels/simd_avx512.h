// Dot products of AVX-512 with VNNI: 16 rows in one register. Only for translation units compiled
// for it.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace edgesim::kernels {

struct Avx512Simd {
  static constexpr int kLanes = 16;
  static constexpr int kTileColumns = 8;
  static constexpr int kWideZeroPoint = 128;
  using Int = __m512i;
  using Float = __m512;

  static Int LoadGroup(const std::uint8_t* group, int) { return _mm512_loadu_si512(group); }
  static Int LoadBytes(const std::uint8_t* rows, int) {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(rows)));
  }
  static Int LoadSignedBytes(const std::int8_t* rows, int) {
    return _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(rows)));
  }
  static Int SplatBytes(int byte) { return _mm512_set1_epi8(static_cast<char>(byte)); }
  static Int SplatInts(int value) { return _mm512_set1_epi32(value); }
  static Int And(Int a, Int b) { return _mm512_and_si512(a, b); }
  static Int Or(Int a, Int b) { return _mm512_or_si512(a, b); }
  static Int Sub(Int a, Int b) { return _mm512_sub_epi32(a, b); }
  template <int kBits>
  static Int ShiftRight(Int a) {
    return _mm512_srli_epi32(a, kBits);
  }
  template <int kBits>
  static Int ShiftLeft(Int a) {
    return _mm512_slli_epi32(a, kBits);
  }

  static Int BroadcastInt(const std::int32_t* value) { return _mm512_set1_epi32(*value); }
  static Int BroadcastGroup(const std::int8_t* group) {
    std::int32_t four;
    std::memcpy(&four, group, sizeof(four));
    return _mm512_set1_epi32(four);
  }
  static Int Dot(Int sum, Int weights, Int activations) {
    return _mm512_dpbusd_epi32(sum, weights, activations);
  }
  static Int PrepareWide(Int weights) { return weights; }
  static Int DotWide(Int sum, Int weights, Int activations) {
    return _mm512_dpbusd_epi32(sum, weights, activations);
  }

  static Float ToFloat(Int a) { return _mm512_cvtepi32_ps(a); }
  static Float LoadHalves(const std::uint16_t* rows, int) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows)));
  }
  static Float LoadBfloats(const std::uint16_t* rows, int) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(
        _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows))), 16));
  }
  static Float LoadFloats(const float* rows, int) { return _mm512_loadu_ps(rows); }
  static Float Broadcast(const float* value) { return _mm512_set1_ps(*value); }
  static Float Zero() { return _mm512_setzero_ps(); }
  static Float Add(Float a, Float b) { return _mm512_add_ps(a, b); }
  static Float Mul(Float a, Float b) { return _mm512_mul_ps(a, b); }
  static Float MulAdd(Float a, Float b, Float c) { return _mm512_fmadd_ps(a, b, c); }
  static Float NegMulAdd(Float a, Float b, Float c) { return _mm512_fnmadd_ps(a, b, c); }
  static void Store(float* rows, int, Float a) { _mm512_storeu_ps(rows, a); }

  static float AbsMax32(const float* x) {
    return _mm512_reduce_max_ps(
        _mm512_max_ps(_mm512_abs_ps(_mm512_loadu_ps(x)), _mm512_abs_ps(_mm512_loadu_ps(x + 16))));
  }
  // q = x * scale rounded to nearest, ties to even; sum[i] is that of half i.
  static void Quantize32(const float* x, float scale, std::int8_t* q, std::int32_t* sum) {
    for (int half = 0; half < 2; ++half) {
      const Int rounded =
          _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(x + 16 * half), _mm512_set1_ps(scale)));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(q + 16 * half), _mm512_cvtepi32_epi8(rounded));
      sum[half] = _mm512_reduce_add_epi32(rounded);
    }
  }
};

}  // namespace edgesim::kernels
