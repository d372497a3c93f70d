#include "kernels/attention.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>

#include "kernels/elementwise.h"
#include "kernels/matmul_kernels.h"
#include "kernels/packed_formats.h"

namespace edgesim::kernels {

namespace {

std::size_t WholePanels(std::size_t n) { return (n + kPanelRows - 1) / kPanelRows * kPanelRows; }

// The first position that the token at `position` sees.
std::size_t FirstSeen(const AttentionShape& shape, std::size_t position) {
  return shape.window == 0 || position + 1 < shape.window ? 0 : position + 1 - shape.window;
}

// A tile of `width` columns of one key-value head: column c is query head c % group of token
// c / group. All columns of a tile read the positions from `low`, a panel's first, to `high`.
struct Tile {
  std::size_t first, log2, low, high;
  std::size_t width() const { return std::size_t{1} << log2; }
  std::size_t stride() const { return WholePanels(high - low); }  // of scores
};

std::vector<Tile> TilesOf(const AttentionShape& shape, std::size_t group, std::size_t widest) {
  std::vector<Tile> tiles;
  for (std::size_t log2 = kTileWidths, first = 0; log2-- > 0;) {
    const std::size_t width = std::size_t{1} << log2;
    if (width > widest) continue;
    for (; first + width <= shape.tokens * group; first += width) {
      const std::size_t low = FirstSeen(shape, shape.context + first / group);
      tiles.push_back(
          {first, log2, low - low % kPanelRows, shape.context + (first + width - 1) / group + 1});
    }
  }
  return tiles;
}

// One call's attention of one tile: scores, their softmax, the values they weigh.
class TileAttention {
 public:
  TileAttention(const AttentionShape& shape, const KvCache& cache, Isa isa)
      : shape_(shape),
        cache_(cache),
        table_(MatMulOf(isa)),
        kernels_(table_.formats[static_cast<std::size_t>(WeightFormat::kF16)]),
        elementwise_(ElementwiseOf(isa)),
        group_(shape.heads / cache.heads()),
        score_floats_(widest() * WholePanels(shape.context + shape.tokens)),
        column_floats_(widest() * std::max(cache.head_dim(), kPanelRows)) {}

  std::vector<Tile> Tiles() const { return TilesOf(shape_, group_, widest()); }

  // Of memory for one thread: scores, a tile's queries or results, and one of both prepared.
  std::size_t SlotBytes() const { return 2 * (score_floats_ + column_floats_) * sizeof(float); }

  void Run(std::size_t head, const Tile& tile, const float* queries, float* out,
           AlignedBytes& slot) const {
    auto* const scores = reinterpret_cast<float*>(slot.data());
    float* const columns = scores + score_floats_;
    auto* const prepared = reinterpret_cast<std::byte*>(columns + column_floats_);
    Score(head, tile, queries, columns, prepared, scores);
    for (std::size_t c = 0; c < tile.width(); ++c)
      Weigh(tile, shape_.context + (tile.first + c) / group_, scores + c * tile.stride());
    Mix(head, tile, scores, columns, prepared, out);
  }

 private:
  std::size_t widest() const { return static_cast<std::size_t>(table_.tile_columns); }

  // Where column c of a tile has its floats among all tokens' heads.
  std::size_t At(std::size_t head, const Tile& tile, std::size_t c) const {
    const std::size_t column = tile.first + c;
    return (column / group_ * shape_.heads + head * group_ + column % group_) * cache_.head_dim();
  }

  void Score(std::size_t head, const Tile& tile, const float* queries, float* columns,
             std::byte* prepared, float* scores) const {
    const std::size_t head_dim = cache_.head_dim();
    for (std::size_t c = 0; c < tile.width(); ++c)
      std::copy_n(queries + At(head, tile, c), head_dim, columns + c * head_dim);
    kernels_.prepare[tile.log2](columns, head_dim, head_dim, prepared);
    for (std::size_t p = tile.low; p < tile.high; p += kPanelRows) {
      kernels_.multiply[tile.log2](cache_.KeyPanel(head, p / kPanelRows), head_dim, prepared,
                                   scores + (p - tile.low), tile.stride(), false);
    }
  }

  // The scores of one column into probabilities, zero for what its token does not see.
  void Weigh(const Tile& tile, std::size_t position, float* score) const {
    const std::size_t hidden = std::max(FirstSeen(shape_, position), tile.low) - tile.low;
    const std::size_t seen = position + 1 - tile.low;
    if (shape_.cap > 0) {
      for (std::size_t i = hidden; i < seen; ++i) score[i] *= shape_.scale;
      elementwise_.softcap(score + hidden, seen - hidden, shape_.cap);
    }
    elementwise_.softmax(score + hidden, seen - hidden, shape_.cap > 0 ? 1 : shape_.scale);
    std::fill(score, score + hidden, 0.0F);
    std::fill(score + seen, score + tile.stride(), 0.0F);
  }

  void Mix(std::size_t head, const Tile& tile, const float* scores, float* columns,
           std::byte* prepared, float* out) const {
    kernels_.prepare[tile.log2](scores, tile.stride(), tile.stride(), prepared);
    for (std::size_t i = 0; i < cache_.head_dim(); i += kPanelRows) {
      kernels_.multiply[tile.log2](cache_.ValuePanel(head, i / kPanelRows, tile.low), tile.stride(),
                                   prepared, columns, kPanelRows, false);
      for (std::size_t c = 0; c < tile.width(); ++c)
        std::copy_n(columns + c * kPanelRows, kPanelRows, out + At(head, tile, c) + i);
    }
  }

  const AttentionShape& shape_;
  const KvCache& cache_;
  const MatMulKernels& table_;
  const FormatKernels& kernels_;
  const ElementwiseKernels& elementwise_;
  const std::size_t group_, score_floats_, column_floats_;
};

}  // namespace

void Attention(const AttentionShape& shape, const KvCache& cache, const float* queries, float* out,
               AttentionWorkspace& workspace, Isa isa) {
  const TileAttention attention(shape, cache, isa);
  const std::vector<Tile> tiles = attention.Tiles();
  const auto threads = static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
  if (workspace.slots.size() < threads) workspace.slots.resize(threads);
  tbb::parallel_for(std::size_t{0}, cache.heads() * tiles.size(), [&](std::size_t task) {
    const auto thread = static_cast<std::size_t>(tbb::this_task_arena::current_thread_index());
    AlignedBytes& slot = workspace.slots[thread];
    if (slot.size() < attention.SlotBytes()) slot = AlignedBytes(attention.SlotBytes());
    attention.Run(task / tiles.size(), tiles[task % tiles.size()], queries, out, slot);
  });
}

}  // namespace edgesim::kernels
