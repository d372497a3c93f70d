#include "kernels/attention.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>

#include "kernels/elementwise.h"
#include "kernels/matmul_kernels.h"
#include "kernels/packed_formats.h"

namespace edgesim::kernels {

namespace {

// A tile of `width` columns of one key-value head: column c is query head c % group of token
// c / group. All columns of a tile read the positions from `low` to `high`.
struct Tile {
  std::size_t first, log2, low, high;
  std::size_t width() const { return std::size_t{1} << log2; }
};

}  // namespace

void Attention(const AttentionShape& shape, const KvCache& cache, const float* queries, float* out,
               AttentionWorkspace& workspace, Isa isa) {
  const MatMulKernels& table = MatMulOf(isa);
  const FormatKernels& kernels = table.formats[static_cast<std::size_t>(WeightFormat::kF16)];
  const ElementwiseKernels& elementwise = ElementwiseOf(isa);
  const std::size_t head_dim = cache.head_dim(), group = shape.heads / cache.heads();
  const std::size_t row = shape.heads * head_dim;
  const auto widest = static_cast<std::size_t>(table.tile_columns);

  std::vector<Tile> tiles;
  for (std::size_t log2 = kTileWidths, first = 0; log2-- > 0;) {
    const std::size_t width = std::size_t{1} << log2;
    if (width > widest) continue;
    for (; first + width <= shape.tokens * group; first += width) {
      const std::size_t from = shape.context + first / group;
      const std::size_t low =
          shape.window == 0 || from + 1 < shape.window ? 0 : from + 1 - shape.window;
      tiles.push_back(
          {first, log2, low - low % kPanelRows, shape.context + (first + width - 1) / group + 1});
    }
  }

  const std::size_t positions =
      (shape.context + shape.tokens + kPanelRows - 1) / kPanelRows * kPanelRows;
  const std::size_t columns = widest * std::max(head_dim, kPanelRows);
  const std::size_t slot_floats = 2 * widest * positions + 2 * columns;
  workspace.slots.resize(std::max(
      workspace.slots.size(), static_cast<std::size_t>(tbb::this_task_arena::max_concurrency())));

  const auto run = [&](std::size_t head, const Tile& tile) {
    AlignedBytes& slot =
        workspace.slots[static_cast<std::size_t>(tbb::this_task_arena::current_thread_index())];
    if (slot.size() < slot_floats * sizeof(float)) slot = AlignedBytes(slot_floats * sizeof(float));
    auto* floats = reinterpret_cast<float*>(slot.data());
    float* scores = floats;
    float* gathered = scores + widest * positions;
    auto* prepared = reinterpret_cast<std::byte*>(gathered + columns);
    const auto query_head = [&](std::size_t c) {
      const std::size_t column = tile.first + c;
      return column / group * row + (head * group + column % group) * head_dim;
    };

    for (std::size_t c = 0; c < tile.width(); ++c)
      std::copy_n(queries + query_head(c), head_dim, gathered + c * head_dim);
    kernels.prepare[tile.log2](gathered, head_dim, head_dim, prepared);
    const std::size_t stride = (tile.high - tile.low + kPanelRows - 1) / kPanelRows * kPanelRows;
    for (std::size_t p = tile.low / kPanelRows; p * kPanelRows < tile.high; ++p) {
      kernels.multiply[tile.log2](cache.KeyPanel(head, p), head_dim, prepared,
                                  scores + (p * kPanelRows - tile.low), stride, false);
    }
    for (std::size_t c = 0; c < tile.width(); ++c) {
      float* score = scores + c * stride;
      const std::size_t position = shape.context + (tile.first + c) / group;
      const std::size_t seen = position + 1 - tile.low;
      const std::size_t hidden = shape.window == 0 || position + 1 < shape.window + tile.low
                                     ? 0
                                     : position + 1 - shape.window - tile.low;
      if (shape.cap > 0) {
        for (std::size_t i = 0; i < seen; ++i) score[i] *= shape.scale;
        elementwise.softcap(score, seen, shape.cap);
        elementwise.softmax(score + hidden, seen - hidden, 1);
      } else {
        elementwise.softmax(score + hidden, seen - hidden, shape.scale);
      }
      std::fill(score, score + hidden, 0.0F);
      std::fill(score + seen, score + stride, 0.0F);
    }
    kernels.prepare[tile.log2](scores, stride, stride, prepared);
    float* result = gathered;
    for (std::size_t p = 0; p < head_dim / kPanelRows; ++p) {
      kernels.multiply[tile.log2](cache.ValuePanel(head, p, tile.low), stride, prepared, result,
                                  kPanelRows, false);
      for (std::size_t c = 0; c < tile.width(); ++c)
        std::copy_n(result + c * kPanelRows, kPanelRows, out + query_head(c) + p * kPanelRows);
    }
  };
  tbb::parallel_for(std::size_t{0}, cache.heads() * tiles.size(), [&](std::size_t task) {
    run(task / tiles.size(), tiles[task % tiles.size()]);
  });
}

}  // namespace edgesim::kernels
