// The matmul kernel for weights in floating point: as kernels/tile.h, with panels of one vector of
// 16 rows per column of the matrix and activations in float.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/packed_formats.h"

namespace edgesim::kernels {

struct PackedF32 {
  float w[kPanelRows];
  template <class S>
  typename S::Float Load(int part) const {
    return S::LoadFloats(w, part);
  }
};
struct PackedF16 {
  Half w[kPanelRows];
  template <class S>
  typename S::Float Load(int part) const {
    return S::LoadHalves(w, part);
  }
};
struct PackedBF16 {
  Bfloat16 w[kPanelRows];
  template <class S>
  typename S::Float Load(int part) const {
    return S::LoadBfloats(w, part);
  }
};

// The columns of a tile, one after another for each k. (S keeps each instruction set's own.)
template <class S, int kCols>
void InterleaveTile(const float* x, std::size_t stride, std::size_t k, std::byte* out) {
  auto* to = reinterpret_cast<float*>(out);
  for (std::size_t i = 0; i < k; ++i) {
#pragma GCC unroll 8
    for (std::size_t c = 0; c < kCols; ++c) to[i * kCols + c] = x[c * stride + i];
  }
}

template <class S, class P, int kCols>
void FloatTile(const std::byte* panel, std::size_t k, const std::byte* tile, float* out,
               std::size_t stride, bool) {
  constexpr int kParts = static_cast<int>(kPanelRows) / S::kLanes;
  // One column alone is a chain of additions as long as k: four of them run side by side.
  constexpr std::size_t kChains = kCols == 1 ? 4 : kCols == 2 ? 2 : 1;
  using Float = typename S::Float;
  const auto* weights = reinterpret_cast<const P*>(panel);
  const auto* activations = reinterpret_cast<const float*>(tile);
  Float total[kChains][kParts][kCols];
  for (auto& chain : total) {
    for (auto& part : chain) {
      for (Float& t : part) t = S::Zero();
    }
  }
  const auto step = [&](std::size_t chain, std::size_t i) {
#pragma GCC unroll 4
    for (int part = 0; part < kParts; ++part) {
      const Float w = weights[i].template Load<S>(part);
#pragma GCC unroll 8
      for (int c = 0; c < kCols; ++c) {
        const Float x = S::Broadcast(activations + i * kCols + static_cast<std::size_t>(c));
        total[chain][part][c] = S::MulAdd(w, x, total[chain][part][c]);
      }
    }
  };
  std::size_t i = 0;
  for (; i + kChains <= k; i += kChains) {
#pragma GCC unroll 4
    for (std::size_t chain = 0; chain < kChains; ++chain) step(chain, i + chain);
  }
  for (; i < k; ++i) step(0, i);
  for (int part = 0; part < kParts; ++part) {
    for (int c = 0; c < kCols; ++c) {
      Float sum = total[0][part][c];
      for (std::size_t chain = 1; chain < kChains; ++chain)
        sum = S::Add(sum, total[chain][part][c]);
      S::Store(out + static_cast<std::size_t>(c) * stride, part, sum);
    }
  }
}

}  // namespace edgesim::kernels
