// The matmul kernel: one panel of 16 rows against a tile of columns, for every packed format and
// every instruction set. S is a traits struct (kernels/simd_*.h), P a packed format.
//
// Activations are quantised once per matmul into tiles of kCols columns: int8 with one float scale
// per block of P (32 or 256), their integer dot products exact; per block and output there are one
// (blocks of 32) or nine to seventeen roundings in float (AccumulationBudget, kernels/reference.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/packed_formats.h"

namespace edgesim::kernels {

// Blocks whose largest magnitude is no more than this count as zero: 127 over it must be finite.
inline constexpr float kLeastActivation = 0x1p-120F;

// Weights that come from memory are fetched this far ahead where several columns are multiplied, or
// where unpacking them takes long: the processor's own prefetch runs dry then. Elsewhere it does
// not, and other distances than a page, hints of no reuse, or two panels at a time gained nothing
// (Zen 4).
inline constexpr std::size_t kAheadBytes = 4096, kLineBytes = 64;

template <class P>
inline constexpr std::size_t kSubBlocks = P::kBlock / P::kSubBlock;
template <class P>
inline constexpr std::size_t kUnits = P::kBlock / 32;

// One block of kCols activation columns.
template <class P, int kCols>
struct ActivationBlock {
  // Of the quantised activations of a sub-block: their sum, for the mins; or its product with
  // minus the zero point, with which the dot product starts.
  using Fold = std::conditional_t<P::kMins, float, std::int32_t>;
  float d[kCols];
  Fold fold[kSubBlocks<P>][kCols];
  std::int8_t q[kUnits<P>][kCols][32];
};

// Bytes of one column, the same in tiles of any width.
template <class S, class P>
constexpr std::size_t ActivationBytes(std::size_t k) {
  return k / P::kBlock * sizeof(ActivationBlock<P, 1>);
}

template <class S, class P, int kCols>
void QuantizeTile(const float* x, std::size_t stride, std::size_t k, std::byte* out) {
  constexpr int kZero = P::kWide ? S::kWideZeroPoint : P::kZeroPoint;
  auto* blocks = reinterpret_cast<ActivationBlock<P, kCols>*>(out);
  for (std::size_t b = 0; b < k / P::kBlock; ++b) {
    for (int c = 0; c < kCols; ++c) {
      const float* from = x + static_cast<std::size_t>(c) * stride + b * P::kBlock;
      float most = 0;
      for (std::size_t u = 0; u < kUnits<P>; ++u) {
        const float here = S::AbsMax32(from + 32 * u);
        most = here > most ? here : most;
      }
      blocks[b].d[c] = most / 127;
      const float scale = most > kLeastActivation ? 127 / most : 0;
      for (std::size_t u = 0; u < kUnits<P>; ++u) {
        std::int32_t sum[2];
        S::Quantize32(from + 32 * u, scale, blocks[b].q[u][c], sum);
        const auto fold = [&](std::int32_t total) {
          using Fold = typename ActivationBlock<P, kCols>::Fold;
          return static_cast<Fold>(P::kMins ? total : -kZero * total);
        };
        if constexpr (P::kSubBlock == 32) {
          blocks[b].fold[u][c] = fold(sum[0] + sum[1]);
        } else {
          blocks[b].fold[2 * u][c] = fold(sum[0]);
          blocks[b].fold[2 * u + 1][c] = fold(sum[1]);
        }
      }
    }
  }
}

// The dot products of one sub-block, as float: `groups` of its 16 or 32 weights.
template <class S, class P, int kCols>
typename S::Float SubBlockDot(const typename S::Int* weights, const ActivationBlock<P, kCols>& a,
                              std::size_t unit, std::size_t sub, int c) {
  constexpr int kGroups = P::kSubBlock / 4;
  const std::int8_t* q = a.q[unit][c] + (P::kSubBlock == 16 ? sub % 2 * 16 : 0);
  typename S::Int sum = S::SplatInts(0);
  if constexpr (!P::kMins) sum = S::BroadcastInt(&a.fold[sub][c]);
#pragma GCC unroll 8
  for (int g = 0; g < kGroups; ++g) {
    const auto activations = S::BroadcastGroup(q + 4 * g);
    if constexpr (P::kWide) {
      sum = S::DotWide(sum, weights[g], activations);
    } else {
      sum = S::Dot(sum, weights[g], activations);
    }
  }
  return S::ToFloat(sum);
}

// out[c * stride + r] = sum over k of w[r][k] * x[c][k], r < 16.
template <class S, class P, int kCols>
void QuantizedTile(const std::byte* panel, std::size_t k, const std::byte* tile, float* out,
                   std::size_t stride, bool from_memory) {
  constexpr int kParts = static_cast<int>(kPanelRows) / S::kLanes;
  constexpr std::size_t kUnitBytes = sizeof(P) / kUnits<P>;
  constexpr bool kFetch = kCols >= 4 || P::kSubBlock == 16;
  using Float = typename S::Float;
  const auto* weights = reinterpret_cast<const P*>(panel);
  const auto* activations = reinterpret_cast<const ActivationBlock<P, kCols>*>(tile);
  Float total[kParts][kCols];
  for (auto& part : total) {
    for (Float& t : part) t = S::Zero();
  }
  for (std::size_t b = 0; b < k / P::kBlock; ++b) {
    const P& w = weights[b];
    const ActivationBlock<P, kCols>& a = activations[b];
#pragma GCC unroll 4
    for (int part = 0; part < kParts; ++part) {
      Float scale[kSubBlocks<P>], min[kSubBlocks<P>], block[kCols];
      w.template Scales<S>(part, scale, min);
      for (Float& f : block) f = S::Zero();
#pragma GCC unroll 1
      for (std::size_t unit = 0; unit < kUnits<P>; ++unit) {
        if (kFetch && part == 0 && from_memory) {
          const std::byte* ahead = reinterpret_cast<const std::byte*>(&w) + kAheadBytes;
          for (std::size_t at = unit * kUnitBytes; at < (unit + 1) * kUnitBytes; at += kLineBytes)
            __builtin_prefetch(ahead + at);
        }
        typename S::Int groups[8];
        w.template Unpack<S>(part, unit, groups);
        if constexpr (P::kWide) {
          for (auto& g : groups) g = S::PrepareWide(g);
        }
        constexpr std::size_t kSubs = 32 / P::kSubBlock;
#pragma GCC unroll 8
        for (int c = 0; c < kCols; ++c) {
#pragma GCC unroll 2
          for (std::size_t half = 0; half < kSubs; ++half) {
            const std::size_t sub = kSubs * unit + half;
            const Float dot = SubBlockDot<S, P, kCols>(groups + 4 * half, a, unit, sub, c);
            if constexpr (kSubBlocks<P> == 1) {
              total[part][c] =
                  S::MulAdd(S::Mul(dot, scale[0]), S::Broadcast(&a.d[c]), total[part][c]);
            } else {
              block[c] = S::MulAdd(dot, scale[sub], block[c]);
              if constexpr (P::kMins)
                block[c] = S::NegMulAdd(min[sub], S::Broadcast(&a.fold[sub][c]), block[c]);
            }
          }
        }
      }
      if constexpr (kSubBlocks<P> != 1) {
        for (int c = 0; c < kCols; ++c)
          total[part][c] = S::MulAdd(block[c], S::Broadcast(&a.d[c]), total[part][c]);
      }
    }
  }
  for (int part = 0; part < kParts; ++part) {
    for (int c = 0; c < kCols; ++c)
      S::Store(out + static_cast<std::size_t>(c) * stride, part, total[part][c]);
  }
}

}  // namespace edgesim::kernels
