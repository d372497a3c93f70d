#include "kernels/matmul.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cstring>

#include "kernels/matmul_kernels.h"
#include "kernels/packed_formats.h"

namespace edgesim::kernels {

const MatMulKernels& MatMulOf(Isa isa) {
#ifdef __x86_64__
  if (isa == Isa::kAvx512Vnni) return MatMulAvx512Vnni();
  if (isa == Isa::kAvxVnni) return MatMulAvxVnni();
  if (isa == Isa::kAvx2) return MatMulAvx2();
#endif
  return MatMulScalar();
}

namespace {

// Work worth handing to another thread, in bytes of weights read or of operations on them.
constexpr std::size_t kGrainBytes = std::size_t{64} << 10;
// Columns whose prepared activations stay in a level 2 cache while panels pass by.
constexpr std::size_t kChunkBytes = std::size_t{384} << 10;

struct Tile {
  std::size_t first;
  int width_log2;
};

// The n columns from `first` on as tiles of at most `widest`: 13 = 8 + 4 + 1.
template <class F>
void ForTiles(std::size_t first, std::size_t end, int widest, F f) {
  for (int log2 = kTileWidths - 1; log2 >= 0; --log2) {
    const std::size_t width = std::size_t{1} << log2;
    if (width > static_cast<std::size_t>(widest)) continue;
    for (; first + width <= end; first += width) f(Tile{first, log2});
  }
}

// Rows of one panel, all of them or, at the end of the matrix, through a buffer.
void MultiplyPanel(const PackedMatrix& weights, const FormatKernels& kernels, std::size_t panel,
                   Tile tile, const std::byte* prepared, float* out, std::size_t stride,
                   bool first) {
  const std::size_t row = panel * kPanelRows;
  const auto multiply = kernels.multiply[tile.width_log2];
  if (row + kPanelRows <= weights.rows()) {
    multiply(weights.panel(panel), weights.columns(), prepared, out + tile.first * stride + row,
             stride, first);
    return;
  }
  float rows[std::size_t{1} << (kTileWidths - 1)][kPanelRows];
  multiply(weights.panel(panel), weights.columns(), prepared, rows[0], kPanelRows, first);
  for (std::size_t c = 0; c < std::size_t{1} << tile.width_log2; ++c) {
    std::memcpy(out + (tile.first + c) * stride + row, rows[c],
                (weights.rows() - row) * sizeof(float));
  }
}

}  // namespace

std::size_t WorkspaceBytes(const PackedMatrix& weights, std::size_t n, Isa isa) {
  const FormatKernels& kernels = MatMulOf(isa).formats[static_cast<std::size_t>(weights.format())];
  return n * kernels.column_bytes(weights.columns());
}

void MatMul(const PackedMatrix& weights, const Activations& x, float* out, std::size_t out_stride,
            MatMulWorkspace& workspace, Isa isa) {
  const MatMulKernels& table = MatMulOf(isa);
  const FormatKernels& kernels = table.formats[static_cast<std::size_t>(weights.format())];
  const std::size_t k = weights.columns(), column_bytes = kernels.column_bytes(k);
  std::byte* prepared = workspace.AtLeast(x.n * column_bytes);

  const auto widest = static_cast<std::size_t>(table.tile_columns);
  const auto prepare = [&](std::size_t from, std::size_t end) {
    ForTiles(from, end, table.tile_columns, [&](Tile tile) {
      kernels.prepare[tile.width_log2](x.data + tile.first * x.stride, x.stride, k,
                                       prepared + tile.first * column_bytes);
    });
  };
  const std::size_t tiles = (x.n + widest - 1) / widest;
  if (tiles < 2) {
    prepare(0, x.n);
  } else {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, tiles), [&](const auto& range) {
      prepare(range.begin() * widest, std::min(range.end() * widest, x.n));
    });
  }

  // Chunks of columns are the outer loop, so that those of one chunk stay in cache.
  const std::size_t chunk =
      std::max<std::size_t>(1, kChunkBytes / (column_bytes * widest)) * widest;
  const std::size_t chunks = (x.n + chunk - 1) / chunk;
  const std::size_t work = weights.panel_bytes() * std::min(x.n, chunk);
  const std::size_t per_task =
      std::max<std::size_t>(1, kGrainBytes / std::max<std::size_t>(1, work));
  const std::size_t groups = (weights.panels() + per_task - 1) / per_task;
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, chunks * groups), [&](const auto& range) {
    for (std::size_t task = range.begin(); task != range.end(); ++task) {
      const std::size_t first = task / groups * chunk, group = task % groups;
      const std::size_t end = std::min((group + 1) * per_task, weights.panels());
      for (std::size_t panel = group * per_task; panel < end; ++panel) {
        ForTiles(first, std::min(first + chunk, x.n), table.tile_columns, [&](Tile tile) {
          MultiplyPanel(weights, kernels, panel, tile, prepared + tile.first * column_bytes, out,
                        out_stride, tile.first == first);
        });
      }
    }
  });
}

}  // namespace edgesim::kernels
