// One forward pass of a transformer as a directed acyclic graph of operations: who computes what
// from what. Costs are in devices/op_cost.h, time over several units in devices/op_schedule.h.
#pragma once

#include <array>
#include <boost/graph/adjacency_list.hpp>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "devices/model_card.h"

namespace edgesim {

// Operands in their order; each operation writes one tensor of tokens x width floats.
enum class OpKind {
  kEmbed,         // -> rows of the embedding, one per token
  kRmsNorm,       // x
  kLayerNorm,     // x
  kHeadNorm,      // x: an RMS norm over each of `heads` heads of head_dim floats
  kRope,          // x: rotates the first rotary_dims floats of each head
  kMatMul,        // x -> W x (+ bias)
  kKvStore,       // x -> f16 entries of the KV cache at positions context .. context + tokens - 1
  kAttention,     // q, K store, V store -> softmax(q K) V
  kGlu,           // gate, up -> activation(gate) * up
  kActivation,    // x -> activation(x)
  kAdd,           // a, b
  kSoftcap,       // x
  kRoute,         // x -> per token `active` expert numbers and their weights; W in f32
  kExpertMatMul,  // x, route -> per token W_e x for its active experts e, side by side (gate, up);
                  // or, for ffn_down, their sum weighted by the route
  kArgmax,        // logits -> one token number per token
};

inline constexpr std::array<std::string_view, 15> kOpKindNames = {
    "embed",  "rms_norm", "layer_norm", "head_norm",     "rope",
    "matmul", "kv_store", "attention",  "glu",           "activation",
    "add",    "softcap",  "route",      "expert_matmul", "argmax"};

constexpr std::string_view Name(OpKind kind) {
  return kOpKindNames[static_cast<std::size_t>(kind)];
}

struct Op {
  OpKind kind{};
  TensorRole role = TensorRole::kNone;  // of its weights; K or V (kAttnK, kAttnV) for a store
  std::optional<std::size_t> layer;     // null outside the layers
  // Columns of the output. An operand of more tokens is read at its last `tokens` ones.
  std::size_t tokens = 1;
  std::size_t width = 0;  // floats per token of the output; of a store: f16 entries of the cache

  // Embed, MatMul, Route, ExpertMatMul: rows x columns, y = W x; per expert. Argmax: columns of the
  // logits.
  TensorFormat format = TensorFormat::kF32;
  std::size_t rows = 0;
  std::size_t columns = 0;
  bool bias = false;  // adds an f32 vector of `rows`

  // HeadNorm, Rope, KvStore, Attention
  std::size_t heads = 0;
  std::size_t kv_heads = 0;  // Attention: heads / kv_heads query heads share one
  std::size_t head_dim = 0;
  std::size_t rotary_dims = 0;
  std::size_t context = 0;  // KvStore, Attention: entries in the cache before these tokens
  std::size_t window = 0;   // Attention: sees the last `window` positions, itself included; 0: all
  bool capped = false;      // Attention: scores pass through a soft cap

  ActivationKind activation{};  // Glu, Activation
  std::size_t experts = 0;      // Route, ExpertMatMul
  std::size_t active = 0;
};

struct OpEdge {
  std::size_t operand = 0;  // position among the consumer's operands
  double bytes = 0;         // of the tensor that flows, as far as the consumer reads it
};

// Vertices are numbered in a topological order. Bidirectional: operands are in-edges.
using OpGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Op, OpEdge>;
using OpId = boost::graph_traits<OpGraph>::vertex_descriptor;

// What is computed: `tokens` new tokens after `context` whose keys and values are in the cache.
// Decoding is one token; a prompt is all of its tokens after 0.
struct ForwardPass {
  std::size_t tokens = 1;
  std::size_t context = 0;
  bool logits_for_last_only = true;
};

// Throws InputError where the card has no shape, no such quantisation, or there is no token.
OpGraph BuildOpGraph(const ModelCard& card, std::string_view quantization, const ForwardPass& pass);

// The same pass after another context: what decoding the next token needs, without a new graph.
void SetContext(OpGraph& graph, std::size_t context);

// The producers of an operation's operands, by operand.
std::vector<OpId> Operands(const OpGraph& graph, OpId op);

// Each operation after its operands; among the ready ones the lowest number first. Throws
// std::invalid_argument where there is a cycle.
std::vector<OpId> TopologicalOrder(const OpGraph& graph);

}  // namespace edgesim
