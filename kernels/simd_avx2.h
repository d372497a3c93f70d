// Dot products of AVX2 with FMA and F16C, or of AVX-VNNI: 16 rows in two registers. Only for
// translation units compiled for it.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace edgesim::kernels {

template <bool kVnni>
struct Avx2Simd {
  static constexpr int kLanes = 8;
  static constexpr int kTileColumns = 4;
  // Pairs of products of a full byte and an int8 overflow the 16 bits of maddubs, so wide weights
  // are taken as signed there.
  static constexpr int kWideZeroPoint = kVnni ? 128 : 0;
  using Int = __m256i;
  using Float = __m256;

  static Int LoadGroup(const std::uint8_t* group, int part) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(group + 32 * part));
  }
  static Int LoadBytes(const std::uint8_t* rows, int part) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(rows + 8 * part)));
  }
  static Int LoadSignedBytes(const std::int8_t* rows, int part) {
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(rows + 8 * part)));
  }
  static Int SplatBytes(int byte) { return _mm256_set1_epi8(static_cast<char>(byte)); }
  static Int SplatInts(int value) { return _mm256_set1_epi32(value); }
  static Int And(Int a, Int b) { return _mm256_and_si256(a, b); }
  static Int Or(Int a, Int b) { return _mm256_or_si256(a, b); }
  static Int Sub(Int a, Int b) { return _mm256_sub_epi32(a, b); }
  template <int kBits>
  static Int ShiftRight(Int a) {
    return _mm256_srli_epi32(a, kBits);
  }
  template <int kBits>
  static Int ShiftLeft(Int a) {
    return _mm256_slli_epi32(a, kBits);
  }

  static Int BroadcastInt(const std::int32_t* value) { return _mm256_set1_epi32(*value); }
  static Int BroadcastGroup(const std::int8_t* group) {
    std::int32_t four;
    std::memcpy(&four, group, sizeof(four));
    return _mm256_set1_epi32(four);
  }
  // weights <= 63: |2 * 63 * 127| fits 16 bits.
  static Int Dot(Int sum, Int weights, Int activations) {
#ifdef __AVXVNNI__
    if constexpr (kVnni) return _mm256_dpbusd_avx_epi32(sum, weights, activations);
#endif
    return _mm256_add_epi32(
        sum, _mm256_madd_epi16(_mm256_maddubs_epi16(weights, activations), _mm256_set1_epi16(1)));
  }
  static Int PrepareWide(Int weights) {
    return kVnni ? weights : _mm256_xor_si256(weights, SplatBytes(0x80));
  }
  static Int DotWide(Int sum, Int weights, Int activations) {
    if constexpr (kVnni) return Dot(sum, weights, activations);
    return Dot(sum, _mm256_abs_epi8(weights), _mm256_sign_epi8(activations, weights));
  }

  static Float ToFloat(Int a) { return _mm256_cvtepi32_ps(a); }
  static Float LoadHalves(const std::uint16_t* rows, int part) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(rows + 8 * part)));
  }
  static Float LoadBfloats(const std::uint16_t* rows, int part) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(
        _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(rows + 8 * part))),
        16));
  }
  static Float LoadFloats(const float* rows, int part) { return _mm256_loadu_ps(rows + 8 * part); }
  static Float Broadcast(const float* value) { return _mm256_set1_ps(*value); }
  static Float Zero() { return _mm256_setzero_ps(); }
  static Float Add(Float a, Float b) { return _mm256_add_ps(a, b); }
  static Float Mul(Float a, Float b) { return _mm256_mul_ps(a, b); }
  static Float MulAdd(Float a, Float b, Float c) { return _mm256_fmadd_ps(a, b, c); }
  static Float NegMulAdd(Float a, Float b, Float c) { return _mm256_fnmadd_ps(a, b, c); }
  static void Store(float* rows, int part, Float a) { _mm256_storeu_ps(rows + 8 * part, a); }

  static float AbsMax32(const float* x) {
    const Float sign = _mm256_set1_ps(-0.0F);
    Float most = Zero();
    for (int i = 0; i < 32; i += 8)
      most = _mm256_max_ps(most, _mm256_andnot_ps(sign, _mm256_loadu_ps(x + i)));
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(most), _mm256_extractf128_ps(most, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps(two, two, 1)));
  }
  // q = x * scale rounded to nearest, ties to even; sum[i] is that of half i.
  static void Quantize32(const float* x, float scale, std::int8_t* q, std::int32_t* sum) {
    for (int half = 0; half < 2; ++half) {
      const auto round = [&](int at) {
        return _mm256_cvtps_epi32(
            _mm256_mul_ps(_mm256_loadu_ps(x + 16 * half + at), _mm256_set1_ps(scale)));
      };
      const Int low = round(0), high = round(8);
      const Int words = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xD8);
      _mm_storeu_si128(
          reinterpret_cast<__m128i*>(q + 16 * half),
          _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
      const Int pairs = _mm256_madd_epi16(words, _mm256_set1_epi16(1));
      const __m128i four =
          _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
      const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
      sum[half] = _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1)));
    }
  }
};

}  // namespace edgesim::kernels
