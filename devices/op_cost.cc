#include "devices/op_cost.h"

#include <algorithm>
#include <cmath>

namespace edgesim {

namespace {

constexpr double kFloatBytes = 4, kHalfBytes = 2;

double Real(std::size_t count) { return static_cast<double>(count); }

// Sum over the tokens of the positions each attends to.
double VisiblePositions(const Op& op) {
  const std::size_t first = op.context + 1, last = op.context + op.tokens;
  const auto sum = [](double from, double to) { return (from + to) * (to - from + 1) / 2; };
  if (op.window == 0 || last <= op.window) return sum(Real(first), Real(last));
  if (first > op.window) return Real(op.tokens) * Real(op.window);
  return sum(Real(first), Real(op.window)) + Real(last - op.window) * Real(op.window);
}

}  // namespace

double ExpectedExperts(std::size_t experts, std::size_t active, std::size_t tokens) {
  const double all = Real(experts);
  return all * (1 - std::pow(1 - Real(active) / all, Real(tokens)));
}

double WeightBytesRead(const Op& op) {
  const double bias = op.bias ? kFloatBytes * Real(op.rows) : 0;
  switch (op.kind) {
    case OpKind::kEmbed:
      return Real(MatrixBytes(op.format, op.tokens, op.columns));
    case OpKind::kMatMul:
    case OpKind::kRoute:
      return Real(MatrixBytes(op.format, op.rows, op.columns)) + bias;
    case OpKind::kExpertMatMul:
      return ExpectedExperts(op.experts, op.active, op.tokens) *
             (Real(MatrixBytes(op.format, op.rows, op.columns)) + bias);
    case OpKind::kRmsNorm:
      return kFloatBytes * Real(op.width);
    case OpKind::kLayerNorm:
      return 2 * kFloatBytes * Real(op.width);
    case OpKind::kHeadNorm:
      return kFloatBytes * Real(op.head_dim);
    default:
      return 0;
  }
}

double OutputBytes(const Op& op) {
  return (op.kind == OpKind::kKvStore ? kHalfBytes : kFloatBytes) * Real(op.tokens) *
         Real(op.width);
}

double OperandBytes(const OpGraph& graph, OpId op) {
  double bytes = 0;
  for (auto [edge, end] = boost::in_edges(op, graph); edge != end; ++edge) {
    if (graph[boost::source(*edge, graph)].kind != OpKind::kKvStore) bytes += graph[*edge].bytes;
  }
  return bytes;
}

double Operations(const Op& op) {
  switch (op.kind) {
    case OpKind::kMatMul:
    case OpKind::kRoute:
      return 2 * Real(op.rows) * Real(op.columns) * Real(op.tokens);
    case OpKind::kExpertMatMul:
      return 2 * Real(op.rows) * Real(op.columns) * Real(op.tokens) * Real(op.active);
    case OpKind::kAttention:  // q K and the weighted sum of V
      return 2 * 2 * Real(op.heads) * Real(op.head_dim) * VisiblePositions(op);
    default:
      return 0;
  }
}

double KvBytesRead(const Op& op) {
  if (op.kind != OpKind::kAttention) return 0;
  std::size_t entries = op.context + op.tokens;
  if (op.window > 0) entries = std::min(entries, op.window + op.tokens - 1);
  return 2 * kHalfBytes * Real(entries) * Real(op.kv_heads) * Real(op.head_dim);
}

double KvBytesWritten(const Op& op) { return op.kind == OpKind::kKvStore ? OutputBytes(op) : 0; }

GraphTotals Totals(const OpGraph& graph) {
  GraphTotals totals;
  for (OpId id = 0; id < boost::num_vertices(graph); ++id) {
    const Op& op = graph[id];
    totals.weight_bytes += WeightBytesRead(op);
    totals.operations += Operations(op);
    totals.kv_bytes_read += KvBytesRead(op);
    totals.kv_bytes_written += KvBytesWritten(op);
    if (op.kind != OpKind::kKvStore) totals.activation_bytes_written += OutputBytes(op);
    totals.activation_bytes_read += OperandBytes(graph, id);
  }
  return totals;
}

GraphTotals DecodeTotals(const ModelCard& card, std::string_view quantization,
                         std::size_t context) {
  return Totals(BuildOpGraph(card, quantization, {.tokens = 1, .context = context}));
}

}  // namespace edgesim
