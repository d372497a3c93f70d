#include "devices/latency_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "devices/op_cost.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

constexpr std::size_t kPositionsPerPanel = 16;

double Overlapped(double a, double b, double p) {
  const double most = std::max(a, b);
  return most <= 0 ? 0 : most * std::pow(std::pow(a / most, p) + std::pow(b / most, p), 1 / p);
}

// n need not be whole: experts see an expected number of tokens. Between whole numbers, linear.
double PassesSeconds(const PassSeconds& pass_s, double n, std::size_t widest) {
  const auto whole = [&](std::size_t columns) {
    const auto tiles = Tiles(columns, widest);
    double sum = 0;
    for (std::size_t w = 0; w < kPassWidths; ++w) sum += static_cast<double>(tiles[w]) * pass_s[w];
    return sum;
  };
  const auto below = static_cast<std::size_t>(n);
  const double rest = n - static_cast<double>(below);
  return rest == 0 ? whole(below) : (1 - rest) * whole(below) + rest * whole(below + 1);
}

const MatMulLaw& LawOf(const ThreadLaws& laws, TensorFormat format) {
  const auto law = laws.matmul.find(format);
  if (law == laws.matmul.end()) {
    throw InputError(fmt::format("the host profile has no law for {} weights on {} thread{}",
                                 Name(format), laws.threads, laws.threads == 1 ? "" : "s"));
  }
  return law->second;
}

const ElementLaw& LawOf(const ThreadLaws& laws, OpKind kind) {
  const auto law = laws.elements.find(kind);
  if (law == laws.elements.end()) {
    throw InputError(fmt::format("the host profile has no law for the operation '{}'", Name(kind)));
  }
  return law->second;
}

double ElementSeconds(const ThreadLaws& laws, OpKind kind, const Op& op) {
  return Seconds(LawOf(laws, kind), op);
}

double ExpertSeconds(const ThreadLaws& laws, const Op& op) {
  const double experts = ExpectedExperts(op.experts, op.active, op.tokens);
  const double tokens = static_cast<double>(op.tokens * op.active) / experts;
  return experts * Seconds(LawOf(laws, op.format), laws.tile_columns, op.rows, op.columns, tokens,
                           WeightBytesRead(op) / experts);
}

}  // namespace

std::array<std::size_t, kPassWidths> Tiles(std::size_t n, std::size_t widest) {
  std::array<std::size_t, kPassWidths> tiles{};
  for (std::size_t w = kPassWidths; w-- > 0;) {
    const std::size_t width = std::size_t{1} << w;
    if (width > widest) continue;
    tiles[w] = n / width;
    n %= width;
  }
  return tiles;
}

AttentionWork WorkOfAttention(const Op& op, std::size_t widest) {
  AttentionWork work;
  const std::size_t group = op.heads / op.kv_heads, columns = op.tokens * group;
  const auto tiles = Tiles(columns, widest);
  std::size_t first = 0;
  for (std::size_t w = kPassWidths; w-- > 0;) {
    const std::size_t width = std::size_t{1} << w;
    for (std::size_t tile = 0; tile < tiles[w]; ++tile, first += width) {
      const std::size_t from = op.context + first / group;
      const std::size_t to = op.context + (first + width - 1) / group + 1;
      std::size_t low = op.window == 0 || from + 1 < op.window ? 0 : from + 1 - op.window;
      low -= low % kPositionsPerPanel;
      const std::size_t seen =
          (to - low + kPositionsPerPanel - 1) / kPositionsPerPanel * kPositionsPerPanel;
      work.passes[w] += 2.0 * static_cast<double>(seen * op.head_dim * op.kv_heads);
      work.scores += static_cast<double>(seen * width * op.kv_heads);
    }
  }
  return work;
}

double Seconds(const MatMulLaw& law, std::size_t widest, std::size_t rows, std::size_t columns,
               double n, double weight_bytes) {
  const double compute = static_cast<double>(rows * columns) * PassesSeconds(law.pass_s, n, widest);
  return law.overhead_s + Overlapped(weight_bytes / law.bytes_per_s, compute, law.overlap) +
         n * static_cast<double>(columns) * law.prepare_s;
}

double Seconds(const AttentionLaw& law, std::size_t widest, const Op& op) {
  const AttentionWork work = WorkOfAttention(op, widest);
  double compute = work.scores * law.score_s;
  for (std::size_t w = 0; w < kPassWidths; ++w) compute += work.passes[w] * law.pass_s[w];
  return law.overhead_s + Overlapped(KvBytesRead(op) / law.bytes_per_s, compute, law.overlap) +
         law.query_s * static_cast<double>(op.tokens * op.width);
}

double Seconds(const ElementLaw& law, const Op& op) {
  const std::size_t elements = op.tokens * (op.kind == OpKind::kArgmax ? op.columns : op.width);
  return law.overhead_s + law.element_s * static_cast<double>(elements);
}

double Seconds(const ThreadLaws& laws, const Op& op) {
  switch (op.kind) {
    case OpKind::kMatMul:
      return Seconds(LawOf(laws, op.format), laws.tile_columns, op.rows, op.columns,
                     static_cast<double>(op.tokens), WeightBytesRead(op)) +
             (op.bias ? ElementSeconds(laws, OpKind::kAdd, op) : 0);
    case OpKind::kExpertMatMul:
      return ExpertSeconds(laws, op);
    case OpKind::kRoute:
      return Seconds(LawOf(laws, op.format), laws.tile_columns, op.rows, op.columns,
                     static_cast<double>(op.tokens), WeightBytesRead(op));
    case OpKind::kAttention:
      return Seconds(laws.attention, laws.tile_columns, op);
    default:
      return ElementSeconds(laws, op.kind, op);
  }
}

PassTime Predict(const ThreadLaws& laws, const OpGraph& graph) {
  PassTime time;
  time.seconds = time.by_part["overhead"] = laws.pass_overhead_s;
  for (const OpId id : TopologicalOrder(graph)) {
    const Op& op = graph[id];
    const double seconds = Seconds(laws, op);
    const bool product = op.kind == OpKind::kMatMul || op.kind == OpKind::kExpertMatMul;
    time.by_part[product ? Name(op.role) : Name(op.kind)] += seconds;
    time.seconds += seconds;
  }
  return time;
}

}  // namespace edgesim
