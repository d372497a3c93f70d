#include "calibration/timing_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "calibration/weight_formats.h"

namespace edgesim {

namespace {

// Weights that stay in a level 2 cache, together with the activations.
constexpr std::size_t kWarmBytes = std::size_t{384} << 10;
constexpr std::size_t kMostRows =
    16384;  // of a cold matrix: longer ones take proportionally longer
constexpr std::size_t kPanel = 16;

// What the cards' graphs hold: matrices by format, and element-wise operations by kind.
struct Contents {
  std::map<TensorFormat, std::set<MatrixSize>> matrices;
  // Smallest and largest of a kind by width (an argmax: columns).
  std::map<OpKind, std::pair<Op, Op>> operations;
};

std::size_t Size(const Op& op) { return op.kind == OpKind::kArgmax ? op.columns : op.width; }

Contents ContentsOf(const std::vector<ModelCard>& cards) {
  Contents contents;
  for (const ModelCard& card : cards) {
    if (!card.shape) continue;
    for (const auto& [quantization, mixture] : card.quantizations) {
      const OpGraph graph = BuildOpGraph(card, quantization, {.tokens = 1});
      for (const OpId id : TopologicalOrder(graph)) {
        const Op& op = graph[id];
        if (op.kind == OpKind::kMatMul || op.kind == OpKind::kExpertMatMul ||
            op.kind == OpKind::kRoute) {
          contents.matrices[op.format].insert({std::min(op.rows, kMostRows), op.columns});
        } else if (op.kind != OpKind::kAttention) {
          const auto [at, is_new] = contents.operations.try_emplace(op.kind, op, op);
          if (Size(op) < Size(at->second.first)) at->second.first = op;
          if (Size(op) > Size(at->second.second)) at->second.second = op;
        }
      }
    }
  }
  return contents;
}

std::size_t Weights(const MatrixSize& m) { return m.rows * m.columns; }

void AddWarm(TensorFormat format, std::size_t tile_columns, std::size_t threads,
             std::vector<MatMulCase>& out) {
  constexpr std::size_t kColumns = 1024;
  const std::size_t row_bytes = MatrixBytes(format, 1, kColumns);
  const std::size_t rows = threads * kWarmBytes / row_bytes / kPanel * kPanel;
  for (std::size_t width = 1; width <= tile_columns; width *= 2)
    out.push_back({format, {{rows, kColumns}}, width, false});
}

std::vector<MatrixSize> Spread(const std::set<MatrixSize>& matrices) {
  std::vector<MatrixSize> sorted(matrices.begin(), matrices.end());
  std::sort(sorted.begin(), sorted.end(), [](const MatrixSize& a, const MatrixSize& b) {
    return std::tuple(Weights(a), a) < std::tuple(Weights(b), b);
  });
  if (sorted.size() <= 3) return sorted;
  return {sorted[sorted.size() / 4], sorted[sorted.size() / 2], sorted.back()};
}

std::vector<MatMulCase> Products(TensorFormat format, const std::set<MatrixSize>& matrices,
                                 PlanDepth depth, std::size_t tile_columns, std::size_t threads) {
  std::vector<MatMulCase> products;
  AddWarm(format, tile_columns, threads, products);
  constexpr std::size_t kPrepareColumns = 2048, kPrompt = 512;
  products.push_back({format, {{kPanel, kPrepareColumns}}, kPrompt, false});
  // As in the layers of a model of half a billion weights, and of three billions.
  const std::vector<MatrixSize> small = {{1024, 1024}, {256, 1024},  {256, 1024}, {1024, 1024},
                                         {2816, 1024}, {2816, 1024}, {1024, 2816}};
  const std::vector<MatrixSize> large = {{3072, 3072}, {1024, 3072}, {8192, 3072}, {3072, 8192}};
  products.push_back({format, small, 1, true});
  products.push_back({format, small, 100, true});
  for (const std::size_t n : {1U, 8U, 64U}) products.push_back({format, large, n, true});
  if (depth == PlanDepth::kQuick) return products;
  products.push_back({format, small, 3, true});
  products.push_back({format, large, 32, true});
  for (const MatrixSize& m : matrices) products.push_back({format, {m}, 1, true});
  for (const MatrixSize& m : Spread(matrices)) {
    for (const std::size_t n : {8U, 32U, 512U}) products.push_back({format, {m}, n, true});
  }
  return products;
}

std::vector<Op> Attentions(PlanDepth depth) {
  struct Heads {
    std::size_t heads, kv_heads, head_dim;
  };
  // Groups of 1, 2, 4 and 8 heads, each a tile width of its own; heads of 64, 128 and 256 floats.
  const Heads shapes[] = {{16, 16, 64}, {8, 4, 256}, {32, 8, 128}, {32, 4, 64}};
  const bool full = depth == PlanDepth::kFull;
  std::vector<Op> ops;
  for (const auto& [heads, kv_heads, head_dim] : shapes) {
    const auto add = [&](std::size_t tokens, std::size_t context) {
      ops.push_back({.kind = OpKind::kAttention,
                     .tokens = tokens,
                     .width = heads * head_dim,
                     .heads = heads,
                     .kv_heads = kv_heads,
                     .head_dim = head_dim,
                     .context = context});
    };
    for (const std::size_t context :
         full ? std::vector<std::size_t>{31, 255, 1023, 4095} : std::vector<std::size_t>{63, 1023})
      add(1, context);
    for (const std::size_t tokens :
         full ? std::vector<std::size_t>{32, 128, 512, 1024} : std::vector<std::size_t>{32, 256})
      add(tokens, 0);
  }
  return ops;
}

}  // namespace

TimingPlan PlanTimings(const std::vector<ModelCard>& cards, PlanDepth depth,
                       std::size_t tile_columns, std::size_t threads) {
  const Contents contents = ContentsOf(cards);
  TimingPlan plan;
  for (const auto& [format, matrices] : contents.matrices) {
    for (const MatMulCase& product : Products(format, matrices, depth, tile_columns, threads))
      plan.products.push_back(product);
  }
  plan.operations = Attentions(depth);
  const std::vector<std::size_t> prompts = depth == PlanDepth::kFull
                                               ? std::vector<std::size_t>{1, 32, 128, 512}
                                               : std::vector<std::size_t>{1, 128};
  for (const auto& [kind, extremes] : contents.operations) {
    for (Op op : {extremes.first, extremes.second}) {
      for (const std::size_t tokens : prompts) {
        // Logits are of one token only.
        if (tokens > 1 && (kind == OpKind::kArgmax || kind == OpKind::kSoftcap)) continue;
        op.tokens = tokens;
        plan.operations.push_back(op);
      }
    }
  }
  return plan;
}

}  // namespace edgesim
