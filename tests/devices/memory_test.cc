// Tests of devices/memory.h: no slot is overwritten while it is still to be read, for all models;
// and what memory a model needs.
#include "devices/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "devices/op_cost.h"
#include "devices/weights.h"
#include "sim/input_error.h"
#include "tests/support/shipped_cards.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Runs the plan: each slot remembers who wrote it last, and each operand must still be there.
void ExpectSound(const OpGraph& graph, const BufferPlan& plan, const std::string& name) {
  std::map<std::size_t, OpId> holder;
  for (const OpId op : TopologicalOrder(graph)) {
    for (const OpId from : Operands(graph, op)) {
      if (graph[from].kind == OpKind::kKvStore) continue;
      ASSERT_EQ(holder.at(plan.slot[from]), from) << name << ": operand of " << op;
      ASSERT_NE(plan.slot[from], plan.slot[op]) << name;
    }
    if (graph[op].kind == OpKind::kKvStore) {
      ASSERT_EQ(plan.slot[op], kNoSlot);
      continue;
    }
    ASSERT_LT(plan.slot[op], plan.slot_bytes.size());
    ASSERT_LE(OutputBytes(graph[op]), static_cast<double>(plan.slot_bytes[plan.slot[op]]));
    holder[plan.slot[op]] = op;
  }
  std::size_t total = 0;
  for (const std::size_t bytes : plan.slot_bytes) {
    EXPECT_EQ(bytes % kSlotAlignment, 0U);
    total += bytes;
  }
  EXPECT_EQ(plan.total_bytes, total);
}

TEST(PropertyBufferPlan, NoLiveTensorIsOverwritten) {
  for (const auto& [name, card] : ShippedCards()) {
    if (!card.shape) continue;
    for (const ForwardPass& pass :
         {ForwardPass{.tokens = 1, .context = 50}, ForwardPass{.tokens = 33},
          ForwardPass{.tokens = 5, .logits_for_last_only = false}}) {
      const OpGraph graph = BuildOpGraph(card, "q4_k_m", pass);
      ExpectSound(graph, PlanBuffers(graph), name);
    }
  }
}

// However deep the model, a handful of slots: residual, sum, and what a block needs.
TEST(BufferPlan, SlotsDoNotGrowWithDepth) {
  for (const auto& [name, card] : ShippedCards()) {
    if (!card.shape) continue;
    EXPECT_LE(PlanBuffers(BuildOpGraph(card, "q8_0", {.tokens = 16})).slot_bytes.size(), 8U)
        << name;
  }
}

TEST(BufferPlan, AChainAlternates) {
  OpGraph graph(4);
  for (OpId op = 0; op < 4; ++op) graph[op] = {.kind = OpKind::kActivation, .width = 16 * (op + 1)};
  for (OpId op = 0; op < 3; ++op) boost::add_edge(op, op + 1, {}, graph);
  const BufferPlan plan = PlanBuffers(graph);
  EXPECT_THAT(plan.slot, ElementsAre(0U, 1U, 0U, 1U));
  EXPECT_THAT(plan.slot_bytes, ElementsAre(192U, 256U));
}

TEST(BufferPlan, TheSmallestSlotThatFits) {
  // 0 and 1 are wide and narrow, read by 2; 3 is narrow and takes the narrow one.
  OpGraph graph(4);
  const std::size_t widths[] = {1600, 16, 16, 16};
  for (OpId op = 0; op < 4; ++op) graph[op] = {.kind = OpKind::kAdd, .width = widths[op]};
  boost::add_edge(0, 2, {0, 0}, graph);
  boost::add_edge(1, 2, {1, 0}, graph);
  boost::add_edge(2, 3, {0, 0}, graph);
  EXPECT_THAT(PlanBuffers(graph).slot, ElementsAre(0U, 1U, 2U, 1U));
}

TEST(PeakMemory, IsItsParts) {
  const ModelCard& card = ShippedCards().at("llama-3.2-1b");
  const MemoryNeed need = PeakMemory(card, "q8_0", 4096, {.tokens = 512});
  EXPECT_EQ(need.weights, WeightBytes(card, "q8_0"));
  EXPECT_EQ(need.kv_cache, 4096 * 32 * 1024);
  EXPECT_EQ(need.total, need.weights + need.kv_cache + need.buffers);
  // Gate, up and their product are 512 x 8192 floats each; all else is a quarter of that or less.
  EXPECT_GT(need.buffers, 3 * 512 * 8192 * 4);
  EXPECT_LT(need.buffers, 5 * 512 * 8192 * 4);
}

TEST(PeakMemory, ATiedEmbeddingCountsOnce) {
  ModelCard card = SmallCard();
  const double tied = PeakMemory(card, "f16", 16, {}).weights;
  card.shape->tied_embeddings = false;
  EXPECT_EQ(PeakMemory(card, "f16", 16, {}).weights - tied, 1000 * 256 * 2);
}

TEST(PeakMemory, BadInput) {
  const auto error = [](auto ask) -> std::string {
    try {
      ask();
    } catch (const InputError& e) {
      return e.what();
    }
    return "no error";
  };
  EXPECT_THAT(error([] { PeakMemory(SmallCard(), "f16", 8, {.tokens = 4, .context = 5}); }),
              HasSubstr("4 tokens after 5 do not fit into a cache of 8"));
  EXPECT_EQ(error([] { PeakMemory(SmallCard(), "f16", 9, {.tokens = 4, .context = 5}); }),
            "no error");
  EXPECT_THAT(error([] { KvCacheBytes(ShippedCards().at("gemma-3n-e4b"), 1); }),
              HasSubstr("'gemma-3n-e4b'"));
}

}  // namespace
}  // namespace edgesim
