// The yardsticks' loops over vector types of GCC and Clang; instantiated once per instruction set.
#pragma once

#include "kernels/yardstick_loops.h"

namespace edgesim::kernels {

// V: a vector of 64-bit words. S keeps each translation unit's instances its own.
template <class S, class V, std::size_t kAhead, std::size_t kStreams>
std::uint64_t SumWords(const std::uint64_t* words, std::size_t count) {
  constexpr std::size_t kWidth = sizeof(V) / sizeof(std::uint64_t), kUnroll = 4;
  const std::size_t stretch = count / kStreams;
  V sums[kStreams * kUnroll] = {};
  for (std::size_t i = 0; i < stretch; i += kWidth * kUnroll) {
#pragma GCC unroll 16
    for (std::size_t s = 0; s < kStreams * kUnroll; ++s) {
      const std::uint64_t* at = words + s / kUnroll * stretch + i + s % kUnroll * kWidth;
      if constexpr (kAhead > 0) __builtin_prefetch(at + kAhead);
      sums[s] += *reinterpret_cast<const V*>(at);
    }
  }
  std::uint64_t total = 0;
  for (const V& sum : sums) {
    for (std::size_t i = 0; i < kWidth; ++i) total += sum[i];
  }
  return total;
}

// S: a traits struct of dot products (kernels/simd_*.h).
inline constexpr int kDotChains = 12;  // more than latency times throughput of any CPU so far
inline constexpr int kDotSweeps = 4;

template <class S>
std::int32_t DotRounds(std::size_t rounds) {
  typename S::Int sums[kDotChains];
  for (auto& sum : sums) sum = S::SplatInts(0);
  typename S::Int weights = S::SplatBytes(3), activations = S::SplatBytes(5);
  for (std::size_t round = 0; round < rounds; ++round) {
    asm volatile("" : "+m"(weights), "+m"(activations));  // another round, for all that is known
#pragma GCC unroll 4
    for (int sweep = 0; sweep < kDotSweeps; ++sweep) {
#pragma GCC unroll 12
      for (auto& sum : sums) sum = S::Dot(sum, weights, activations);
    }
  }
  typename S::Int total = sums[0];
  for (int i = 1; i < kDotChains; ++i) total = S::Sub(total, sums[i]);
  float lanes[16] = {};
  S::Store(lanes, 0, S::ToFloat(total));
  return static_cast<std::int32_t>(lanes[0]);
}

// V: the widest vector of 64-bit words of S's instruction set.
template <class S, class V>
constexpr YardstickLoops LoopsOf() {
  constexpr std::size_t kAhead = 512;       // words: a page
  constexpr double kOperationsOfALane = 8;  // four products and four sums
  return {{&SumWords<S, V, 0, 1>, &SumWords<S, V, kAhead, 1>, &SumWords<S, V, 0, 4>},
          &DotRounds<S>,
          kOperationsOfALane * kDotChains * kDotSweeps * S::kLanes};
}

}  // namespace edgesim::kernels
