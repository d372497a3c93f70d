#include "devices/op_graph.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <queue>
#include <stdexcept>

#include "devices/op_cost.h"
#include "devices/weights.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

class GraphBuilder {
 public:
  GraphBuilder(const ModelShape& shape, const QuantMixture& mixture, const ForwardPass& pass,
               OpGraph& graph)
      : shape_(shape), mixture_(mixture), pass_(pass), graph_(graph) {}

  void Build() {
    OpId x =
        Emit(Weighted(OpKind::kEmbed, TensorRole::kTokenEmbd, shape_.vocab, shape_.hidden), {});
    graph_[x].width = shape_.hidden;
    if (shape_.embedding_norm) x = Norm(TensorRole::kTokenEmbdNorm, x);
    for (std::size_t l = 0; l < shape_.layers; ++l) {
      layer_ = l;
      in_layers_ = true;
      x = Layer(x);
    }
    in_layers_ = false;
    layer_ = 0;  // as for the embedding: rules by layer see none here
    if (pass_.logits_for_last_only) tokens_ = 1;
    OpId logits =
        MatMul(TensorRole::kOutput, shape_.vocab, Norm(TensorRole::kOutputNorm, x), false);
    if (shape_.logit_softcap)
      logits = Emit({.kind = OpKind::kSoftcap, .width = shape_.vocab}, {logits});
    Emit({.kind = OpKind::kArgmax, .width = 1, .columns = shape_.vocab}, {logits});
  }

 private:
  OpId Layer(OpId x) {
    const bool early_route = shape_.moe && shape_.moe->router == RouterPlacement::kBeforeAttention;
    OpId route = early_route ? Route(x) : 0;
    OpId attention = Attention(Norm(TensorRole::kAttnNorm, x));
    if (shape_.post_norms) attention = Norm(TensorRole::kPostAttnNorm, attention);
    const OpId sum = Add(x, attention);
    const OpId into = Norm(TensorRole::kFfnNorm, shape_.parallel_residual ? x : sum);
    if (shape_.moe && !early_route) route = Route(into);
    OpId out = shape_.moe ? Experts(into, route) : FeedForward(into);
    if (shape_.post_norms) out = Norm(TensorRole::kPostFfnNorm, out);
    return Add(sum, out);
  }

  OpId Attention(OpId x) {
    OpId q = MatMul(TensorRole::kAttnQ, shape_.heads * shape_.head_dim, x, shape_.qkv_bias);
    OpId k = MatMul(TensorRole::kAttnK, shape_.kv_heads * shape_.head_dim, x, shape_.qkv_bias);
    const OpId v =
        MatMul(TensorRole::kAttnV, shape_.kv_heads * shape_.head_dim, x, shape_.qkv_bias);
    if (shape_.qk_norm) {
      q = PerHead(OpKind::kHeadNorm, TensorRole::kAttnQNorm, shape_.heads, q);
      k = PerHead(OpKind::kHeadNorm, TensorRole::kAttnKNorm, shape_.kv_heads, k);
    }
    if (shape_.rotary_fraction > 0) {
      q = PerHead(OpKind::kRope, TensorRole::kNone, shape_.heads, q);
      k = PerHead(OpKind::kRope, TensorRole::kNone, shape_.kv_heads, k);
    }
    const OpId keys = PerHead(OpKind::kKvStore, TensorRole::kAttnK, shape_.kv_heads, k);
    const OpId values = PerHead(OpKind::kKvStore, TensorRole::kAttnV, shape_.kv_heads, v);
    Op op{.kind = OpKind::kAttention,
          .width = shape_.heads * shape_.head_dim,
          .heads = shape_.heads,
          .kv_heads = shape_.kv_heads,
          .head_dim = shape_.head_dim,
          .context = pass_.context,
          .capped = shape_.attention_softcap};
    if (const auto& window = shape_.sliding_window;
        window && layer_ % window->period != window->global)
      op.window = window->tokens;
    return MatMul(TensorRole::kAttnOutput, shape_.hidden, Emit(op, {q, keys, values}),
                  shape_.linear_bias);
  }

  OpId FeedForward(OpId x) {
    const OpId up = MatMul(TensorRole::kFfnUp, shape_.ffn, x, shape_.linear_bias);
    const OpId inner =
        shape_.glu ? Activate({MatMul(TensorRole::kFfnGate, shape_.ffn, x, shape_.linear_bias), up})
                   : Activate({up});
    return MatMul(TensorRole::kFfnDown, shape_.hidden, inner, shape_.linear_bias);
  }

  OpId Route(OpId x) {
    Op op = Weighted(OpKind::kRoute, TensorRole::kRouter, shape_.moe->experts, shape_.hidden);
    op.width = 2 * shape_.moe->active;
    op.experts = shape_.moe->experts;
    op.active = shape_.moe->active;
    return Emit(op, {x});
  }

  OpId Experts(OpId x, OpId route) {
    const std::size_t ffn = shape_.moe->expert_ffn, wide = shape_.moe->active * ffn;
    const OpId up = Expert(TensorRole::kFfnUp, ffn, shape_.hidden, wide, {x, route});
    const OpId inner =
        shape_.glu
            ? Activate({Expert(TensorRole::kFfnGate, ffn, shape_.hidden, wide, {x, route}), up})
            : Activate({up});
    return Expert(TensorRole::kFfnDown, shape_.hidden, ffn, shape_.hidden, {inner, route});
  }

  OpId Expert(TensorRole role, std::size_t rows, std::size_t columns, std::size_t width,
              std::initializer_list<OpId> operands) {
    Op op = Weighted(OpKind::kExpertMatMul, role, rows, columns);
    op.width = width;
    op.bias = shape_.linear_bias;
    op.experts = shape_.moe->experts;
    op.active = shape_.moe->active;
    return Emit(op, operands);
  }

  OpId Norm(TensorRole role, OpId x) {
    return Emit({.kind = shape_.norm == NormKind::kRms ? OpKind::kRmsNorm : OpKind::kLayerNorm,
                 .role = role,
                 .width = shape_.hidden},
                {x});
  }

  OpId MatMul(TensorRole role, std::size_t rows, OpId x, bool bias) {
    Op op = Weighted(OpKind::kMatMul, role, rows, graph_[x].width);
    op.width = rows;
    op.bias = bias;
    return Emit(op, {x});
  }

  OpId PerHead(OpKind kind, TensorRole role, std::size_t heads, OpId x) {
    Op op{.kind = kind,
          .role = role,
          .width = heads * shape_.head_dim,
          .heads = heads,
          .head_dim = shape_.head_dim};
    if (kind == OpKind::kRope) {
      op.rotary_dims = static_cast<std::size_t>(
          std::lround(shape_.rotary_fraction * static_cast<double>(shape_.head_dim)));
    }
    if (kind == OpKind::kKvStore) op.context = pass_.context;
    return Emit(op, {x});
  }

  OpId Activate(std::initializer_list<OpId> operands) {
    return Emit({.kind = shape_.glu ? OpKind::kGlu : OpKind::kActivation,
                 .width = graph_[*operands.begin()].width,
                 .activation = shape_.activation},
                operands);
  }

  OpId Add(OpId a, OpId b) { return Emit({.kind = OpKind::kAdd, .width = shape_.hidden}, {a, b}); }

  // An embedding that is the output too has the output's format.
  Op Weighted(OpKind kind, TensorRole role, std::size_t rows, std::size_t columns) const {
    return {.kind = kind,
            .role = role,
            .format = FormatOf(mixture_, shape_, role, layer_, columns),
            .rows = rows,
            .columns = columns};
  }

  OpId Emit(Op op, std::initializer_list<OpId> operands) {
    if (in_layers_) op.layer = layer_;
    op.tokens = tokens_;
    const OpId id = boost::add_vertex(op, graph_);
    std::size_t operand = 0;
    for (const OpId from : operands) {
      const Op& producer = graph_[from];
      const double share = static_cast<double>(std::min(producer.tokens, op.tokens)) /
                           static_cast<double>(producer.tokens);
      boost::add_edge(from, id, {operand++, OutputBytes(producer) * share}, graph_);
    }
    return id;
  }

  const ModelShape& shape_;
  const QuantMixture& mixture_;
  const ForwardPass pass_;
  std::size_t tokens_ = pass_.tokens;
  std::size_t layer_ = 0;
  bool in_layers_ = false;
  OpGraph& graph_;
};

}  // namespace

OpGraph BuildOpGraph(const ModelCard& card, std::string_view quantization,
                     const ForwardPass& pass) {
  const QuantMixture& mixture = FindQuantization(card, quantization);
  if (pass.tokens == 0) throw InputError("a pass needs at least one token");
  OpGraph graph;
  GraphBuilder(ShapeOf(card), mixture, pass, graph).Build();
  return graph;
}

void SetContext(OpGraph& graph, std::size_t context) {
  for (OpId id = 0; id < boost::num_vertices(graph); ++id) {
    Op& op = graph[id];
    if (op.kind == OpKind::kKvStore || op.kind == OpKind::kAttention) op.context = context;
  }
}

std::vector<OpId> Operands(const OpGraph& graph, OpId op) {
  std::vector<OpId> operands(boost::in_degree(op, graph));
  for (auto [edge, end] = boost::in_edges(op, graph); edge != end; ++edge)
    operands.at(graph[*edge].operand) = boost::source(*edge, graph);
  return operands;
}

std::vector<OpId> TopologicalOrder(const OpGraph& graph) {
  std::vector<std::size_t> missing(boost::num_vertices(graph));
  std::priority_queue<OpId, std::vector<OpId>, std::greater<>> ready;
  for (OpId op = 0; op < missing.size(); ++op) {
    missing[op] = boost::in_degree(op, graph);
    if (missing[op] == 0) ready.push(op);
  }
  std::vector<OpId> order;
  while (!ready.empty()) {
    const OpId op = ready.top();
    ready.pop();
    order.push_back(op);
    for (auto [edge, end] = boost::out_edges(op, graph); edge != end; ++edge) {
      const OpId next = boost::target(*edge, graph);
      if (--missing[next] == 0) ready.push(next);
    }
  }
  if (order.size() != missing.size()) throw std::invalid_argument("the graph has a cycle");
  return order;
}

}  // namespace edgesim
