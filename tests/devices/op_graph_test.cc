// Tests of devices/op_graph.h: the graphs of all shipped models are sound, and those of two toys
// are what one draws by hand.
#include "devices/op_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "devices/op_cost.h"
#include "sim/input_error.h"
#include "tests/support/shipped_cards.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::map<OpKind, int> Kinds(const OpGraph& graph) {
  std::map<OpKind, int> kinds;
  for (OpId id = 0; id < boost::num_vertices(graph); ++id) ++kinds[graph[id].kind];
  return kinds;
}

OpId Find(const OpGraph& graph, OpKind kind, TensorRole role, std::size_t layer) {
  for (OpId id = 0; id < boost::num_vertices(graph); ++id) {
    if (graph[id].kind == kind && graph[id].role == role && graph[id].layer == layer) return id;
  }
  throw std::out_of_range("no such operation");
}

std::size_t OperandsOf(OpKind kind) {
  switch (kind) {
    case OpKind::kEmbed:
      return 0;
    case OpKind::kAttention:
      return 3;
    case OpKind::kAdd:
    case OpKind::kGlu:
    case OpKind::kExpertMatMul:
      return 2;
    default:
      return 1;
  }
}

// Acyclic, numbered in a topological order, one source and one sink, and each operand as wide as
// its consumer needs it.
TEST(OpGraph, OfEveryCardIsSound) {
  for (const auto& [name, card] : ShippedCards()) {
    if (!card.shape) continue;
    for (const ForwardPass& pass :
         {ForwardPass{.tokens = 1, .context = 100}, ForwardPass{.tokens = 7}}) {
      const OpGraph graph = BuildOpGraph(card, "q4_k_m", pass);
      const std::vector<OpId> order = TopologicalOrder(graph);
      ASSERT_EQ(order.size(), boost::num_vertices(graph));
      for (OpId id = 0; id < order.size(); ++id) {
        ASSERT_EQ(order[id], id) << name;
        const Op& op = graph[id];
        const std::vector<OpId> operands = Operands(graph, id);
        ASSERT_EQ(operands.size(), OperandsOf(op.kind)) << name << " " << Name(op.kind);
        EXPECT_EQ(boost::out_degree(id, graph) == 0, op.kind == OpKind::kArgmax) << name;
        EXPECT_GT(op.width, 0U);
        if (op.kind == OpKind::kMatMul) {
          EXPECT_EQ(graph[operands[0]].width, op.columns);
          EXPECT_EQ(op.rows, op.width);
        }
        if (op.kind == OpKind::kAdd || op.kind == OpKind::kGlu) {
          EXPECT_EQ(graph[operands[0]].width, op.width);
          EXPECT_EQ(graph[operands[1]].width, op.width);
        }
        if (op.kind == OpKind::kExpertMatMul) {
          const bool down = op.role == TensorRole::kFfnDown;
          EXPECT_EQ(graph[operands[0]].width, op.columns * (down ? op.active : 1));
          EXPECT_EQ(op.width, op.rows * (down ? 1 : op.active));
          EXPECT_EQ(graph[operands[1]].kind, OpKind::kRoute);
        }
        if (op.kind == OpKind::kAttention) {
          EXPECT_EQ(graph[operands[0]].width, op.heads * op.head_dim);
          EXPECT_EQ(graph[operands[1]].role, TensorRole::kAttnK);
          EXPECT_EQ(graph[operands[2]].role, TensorRole::kAttnV);
          EXPECT_EQ(graph[operands[2]].width, op.kv_heads * op.head_dim);
        }
      }
    }
  }
}

TEST(OpGraph, CountsOfAPlainModel) {
  const auto kinds = Kinds(BuildOpGraph(SmallCard(), "f16", {.tokens = 3}));
  EXPECT_EQ(kinds, (std::map<OpKind, int>{{OpKind::kEmbed, 1},
                                          {OpKind::kRmsNorm, 5},
                                          {OpKind::kRope, 4},
                                          {OpKind::kMatMul, 15},
                                          {OpKind::kKvStore, 4},
                                          {OpKind::kAttention, 2},
                                          {OpKind::kGlu, 2},
                                          {OpKind::kAdd, 4},
                                          {OpKind::kArgmax, 1}}));
}

TEST(OpGraph, CountsOfGemma2) {
  const auto kinds = Kinds(BuildOpGraph(ShippedCards().at("gemma-2-2b"), "q8_0", {}));
  EXPECT_EQ(kinds.at(OpKind::kRmsNorm), 26 * 4 + 1);
  EXPECT_EQ(kinds.at(OpKind::kMatMul), 26 * 7 + 1);
  EXPECT_EQ(kinds.at(OpKind::kSoftcap), 1);
  EXPECT_EQ(kinds.count(OpKind::kHeadNorm), 0U);
}

TEST(OpGraph, SlidingWindowAlternates) {
  const OpGraph graph = BuildOpGraph(ShippedCards().at("gemma-2-2b"), "q8_0", {});
  for (std::size_t l = 0; l < 26; ++l) {
    const Op& op = graph[Find(graph, OpKind::kAttention, TensorRole::kNone, l)];
    EXPECT_EQ(op.window, l % 2 == 0 ? 4096U : 0U);
    EXPECT_TRUE(op.capped);
  }
}

TEST(OpGraph, HeadNormsComeBeforeRope) {
  const OpGraph graph = BuildOpGraph(ShippedCards().at("qwen3-4b"), "q6_k", {});
  const OpId norm = Find(graph, OpKind::kHeadNorm, TensorRole::kAttnQNorm, 0);
  EXPECT_EQ(graph[norm].heads, 32U);
  EXPECT_EQ(graph[Operands(graph, norm)[0]].role, TensorRole::kAttnQ);
  const OpId rope = boost::target(*boost::out_edges(norm, graph).first, graph);
  EXPECT_EQ(graph[rope].kind, OpKind::kRope);
  EXPECT_EQ(graph[rope].rotary_dims, 128U);
}

// GPT-NeoX: attention and feed-forward both read the layer's input.
TEST(OpGraph, ParallelResidual) {
  const OpGraph graph = BuildOpGraph(ShippedCards().at("dolly-v2-3b"), "q8_0", {});
  const OpId attention_norm = Find(graph, OpKind::kLayerNorm, TensorRole::kAttnNorm, 1);
  const OpId ffn_norm = Find(graph, OpKind::kLayerNorm, TensorRole::kFfnNorm, 1);
  EXPECT_EQ(Operands(graph, attention_norm), Operands(graph, ffn_norm));
  const OpId up = Find(graph, OpKind::kMatMul, TensorRole::kFfnUp, 1);
  EXPECT_TRUE(graph[up].bias);
  EXPECT_EQ(graph[boost::target(*boost::out_edges(up, graph).first, graph)].kind,
            OpKind::kActivation);
  EXPECT_EQ(graph[Find(graph, OpKind::kRope, TensorRole::kNone, 0)].rotary_dims, 20U);
  EXPECT_EQ(Kinds(BuildOpGraph(ShippedCards().at("bloom-1.1b"), "f16", {})).count(OpKind::kRope),
            0U);
}

// SmallThinker's router reads the layer's input, Qwen3's the normed input of its experts.
TEST(OpGraph, RouterPlacement) {
  for (const auto& [model, producer] :
       {std::pair{"smallthinker-4b-a0.6b", OpKind::kAdd}, {"qwen3-30b-a3b", OpKind::kRmsNorm}}) {
    const OpGraph graph = BuildOpGraph(ShippedCards().at(model), "q4_0", {});
    const OpId route = Find(graph, OpKind::kRoute, TensorRole::kRouter, 1);
    EXPECT_EQ(graph[Operands(graph, route)[0]].kind, producer) << model;
    EXPECT_EQ(graph[route].format, TensorFormat::kF32);
    const auto kinds = Kinds(graph);
    const auto layers = static_cast<int>(ShippedCards().at(model).shape->layers);
    EXPECT_EQ(kinds.at(OpKind::kExpertMatMul), 3 * layers);
    EXPECT_EQ(kinds.at(OpKind::kRoute), layers);
    EXPECT_EQ(kinds.at(OpKind::kMatMul), 4 * layers + 1);
  }
}

TEST(OpGraph, LogitsOfTheLastTokenOnly) {
  const auto tokens_of_output = [](const ForwardPass& pass) {
    const OpGraph graph = BuildOpGraph(SmallCard(), "q8_0", pass);
    const OpId argmax = boost::num_vertices(graph) - 1;
    const OpId output = Operands(graph, argmax)[0], norm = Operands(graph, output)[0];
    EXPECT_EQ(graph[output].role, TensorRole::kOutput);
    EXPECT_EQ(graph[norm].tokens, graph[output].tokens);
    // The edge into the norm carries the tokens that it reads.
    EXPECT_EQ(graph[*boost::in_edges(norm, graph).first].bytes,
              static_cast<double>(graph[norm].tokens) * 256 * 4);
    return graph[output].tokens;
  };
  EXPECT_EQ(tokens_of_output({.tokens = 9}), 1U);
  EXPECT_EQ(tokens_of_output({.tokens = 9, .logits_for_last_only = false}), 9U);
}

TEST(OpGraph, MovesOnToTheNextToken) {
  const ModelCard& card = ShippedCards().at("gemma-2-2b");
  OpGraph graph = BuildOpGraph(card, "q8_0", {.context = 10});
  SetContext(graph, 5000);
  const GraphTotals moved = Totals(graph), built = DecodeTotals(card, "q8_0", 5000);
  EXPECT_EQ(moved.operations, built.operations);
  EXPECT_EQ(moved.kv_bytes_read, built.kv_bytes_read);
  EXPECT_EQ(graph[Find(graph, OpKind::kKvStore, TensorRole::kAttnK, 3)].context, 5000U);
}

TEST(OpGraph, FormatsFollowTheMixture) {
  const ModelCard& card = ShippedCards().at("gemma-2-2b");
  const OpGraph graph = BuildOpGraph(card, "Q4_K_M", {});
  EXPECT_EQ(graph[0].format, TensorFormat::kQ6_K);  // the tied embedding
  EXPECT_EQ(graph[Find(graph, OpKind::kMatMul, TensorRole::kFfnDown, 5)].format,
            TensorFormat::kQ6_K);
  EXPECT_EQ(graph[Find(graph, OpKind::kMatMul, TensorRole::kFfnDown, 6)].format,
            TensorFormat::kQ4_K);
}

TEST(OpGraph, LowestReadyNumberFirst) {
  OpGraph graph(4);
  boost::add_edge(3, 0, {}, graph);
  boost::add_edge(0, 2, {}, graph);
  EXPECT_THAT(TopologicalOrder(graph), ElementsAre(1U, 3U, 0U, 2U));
}

TEST(OpGraph, CyclesAreRefused) {
  OpGraph graph(2);
  boost::add_edge(0, 1, {}, graph);
  boost::add_edge(1, 0, {}, graph);
  EXPECT_THROW(TopologicalOrder(graph), std::invalid_argument);
}

TEST(OpGraph, BadInput) {
  const auto error = [](const ModelCard& card, const ForwardPass& pass) -> std::string {
    try {
      BuildOpGraph(card, "q8_0", pass);
    } catch (const InputError& e) {
      return e.what();
    }
    return "no error";
  };
  EXPECT_THAT(error(SmallCard(), {.tokens = 0}), HasSubstr("at least one token"));
  EXPECT_THAT(error(ShippedCards().at("gemma-3n-e2b"), {}), HasSubstr("'gemma-3n-e2b'"));
}

}  // namespace
}  // namespace edgesim
