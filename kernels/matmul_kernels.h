// The table of tile kernels that each instruction set's translation unit provides.
#pragma once

#include <cstddef>

#include "kernels/formats.h"
#include "kernels/isa.h"

namespace edgesim::kernels {

inline constexpr int kTileWidths = 4;  // tiles of 1, 2, 4 and 8 columns; 8 only where it pays

// For tiles of 1 << index columns.
struct FormatKernels {
  // `columns` of k activations each, `stride` apart, made into one tile.
  using Prepare = void (*)(const float* x, std::size_t stride, std::size_t k, std::byte* tile);
  // out[c * stride + r] of one panel of 16 rows; all 16 are written. `from_memory`: the panel is
  // in no cache yet.
  using Multiply = void (*)(const std::byte* panel, std::size_t k, const std::byte* tile,
                            float* out, std::size_t stride, bool from_memory);
  Prepare prepare[kTileWidths];
  Multiply multiply[kTileWidths];
  std::size_t (*column_bytes)(std::size_t k);  // of a prepared column
};

struct MatMulKernels {
  int tile_columns;  // of the widest tile: 4 or 8
  FormatKernels formats[std::size(kAllFormats)];
};

const MatMulKernels& MatMulScalar();
#ifdef __x86_64__
const MatMulKernels& MatMulAvx2();
const MatMulKernels& MatMulAvxVnni();
const MatMulKernels& MatMulAvx512Vnni();
#endif
const MatMulKernels& MatMulOf(Isa isa);

}  // namespace edgesim::kernels
