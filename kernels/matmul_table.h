// Fills a translation unit's table of tile kernels from the templates.
#pragma once

#include "kernels/float_tile.h"
#include "kernels/matmul_kernels.h"
#include "kernels/tile.h"

namespace edgesim::kernels {

template <class S, class P>
constexpr FormatKernels Quantized() {
  FormatKernels kernels = {
      {&QuantizeTile<S, P, 1>, &QuantizeTile<S, P, 2>, &QuantizeTile<S, P, 4>, nullptr},
      {&QuantizedTile<S, P, 1>, &QuantizedTile<S, P, 2>, &QuantizedTile<S, P, 4>, nullptr},
      &ActivationBytes<S, P>};
  if constexpr (S::kTileColumns == 8) {
    kernels.prepare[3] = &QuantizeTile<S, P, 8>;
    kernels.multiply[3] = &QuantizedTile<S, P, 8>;
  }
  return kernels;
}

template <class S, class P>
constexpr FormatKernels Floating() {
  FormatKernels kernels = {
      {&InterleaveTile<S, 1>, &InterleaveTile<S, 2>, &InterleaveTile<S, 4>, nullptr},
      {&FloatTile<S, P, 1>, &FloatTile<S, P, 2>, &FloatTile<S, P, 4>, nullptr},
      [](std::size_t k) { return k * sizeof(float); }};
  if constexpr (S::kTileColumns == 8) {
    kernels.prepare[3] = &InterleaveTile<S, 8>;
    kernels.multiply[3] = &FloatTile<S, P, 8>;
  }
  return kernels;
}

// In the order of WeightFormat.
template <class S>
constexpr MatMulKernels TableOf() {
  return {S::kTileColumns,
          {Floating<S, PackedF32>(), Floating<S, PackedF16>(), Floating<S, PackedBF16>(),
           Quantized<S, PackedQ8_0>(), Quantized<S, PackedQ6_K>(), Quantized<S, PackedQ5_K>(),
           Quantized<S, PackedQ4_K>(), Quantized<S, PackedQ4_0>(), Quantized<S, PackedQ3_K>(),
           Quantized<S, PackedQ2_K>(), Quantized<S, PackedQ5_0>()}};
}

}  // namespace edgesim::kernels
