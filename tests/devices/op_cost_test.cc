// Tests of devices/op_cost.h: bytes and operations by hand, and over whole models against the list
// of weights.
#include "devices/op_cost.h"

#include <gtest/gtest.h>

#include "devices/weights.h"
#include "tests/support/shipped_cards.h"

namespace edgesim {
namespace {

TEST(OpCost, MatMul) {
  const Op op{.kind = OpKind::kMatMul,
              .tokens = 5,
              .width = 512,
              .format = TensorFormat::kQ8_0,
              .rows = 512,
              .columns = 256,
              .bias = true};
  EXPECT_EQ(WeightBytesRead(op), 512 * 256 / 32 * 34 + 512 * 4);
  EXPECT_EQ(Operations(op), 2.0 * 512 * 256 * 5);
  EXPECT_EQ(OutputBytes(op), 5 * 512 * 4);
  EXPECT_EQ(KvBytesRead(op) + KvBytesWritten(op), 0);
}

TEST(OpCost, EmbeddingReadsItsTokensRows) {
  const Op op{.kind = OpKind::kEmbed,
              .tokens = 3,
              .width = 256,
              .format = TensorFormat::kQ6_K,
              .rows = 1000,
              .columns = 256};
  EXPECT_EQ(WeightBytesRead(op), 3 * 210);
  EXPECT_EQ(Operations(op), 0);
}

TEST(OpCost, NormsReadTheirWeights) {
  EXPECT_EQ(WeightBytesRead({.kind = OpKind::kRmsNorm, .width = 256}), 1024);
  EXPECT_EQ(WeightBytesRead({.kind = OpKind::kLayerNorm, .width = 256}), 2048);
  EXPECT_EQ(WeightBytesRead({.kind = OpKind::kHeadNorm, .width = 256, .head_dim = 64}), 256);
}

TEST(OpCost, AttentionReadsWhatItsTokensSee) {
  Op op{.kind = OpKind::kAttention,
        .tokens = 4,
        .width = 256,
        .heads = 4,
        .kv_heads = 2,
        .head_dim = 64,
        .context = 10};
  EXPECT_EQ(KvBytesRead(op), 14 * 2 * 64 * 2 * 2);
  EXPECT_EQ(Operations(op), 4.0 * 256 * (11 + 12 + 13 + 14));
  op.window = 12;  // the last two tokens see 12 each
  EXPECT_EQ(Operations(op), 4.0 * 256 * (11 + 12 + 12 + 12));
  EXPECT_EQ(KvBytesRead(op), 14 * 512);
  op.window = 5;  // positions 7 .. 14
  EXPECT_EQ(Operations(op), 4.0 * 256 * (4 * 5));
  EXPECT_EQ(KvBytesRead(op), 8 * 512);
}

TEST(OpCost, StoresAreHalves) {
  const Op op{.kind = OpKind::kKvStore, .tokens = 3, .width = 128};
  EXPECT_EQ(OutputBytes(op), 3 * 128 * 2);
  EXPECT_EQ(KvBytesWritten(op), 3 * 128 * 2);
}

TEST(OpCost, ExpectedExperts) {
  EXPECT_DOUBLE_EQ(ExpectedExperts(32, 4, 1), 4);
  EXPECT_DOUBLE_EQ(ExpectedExperts(4, 2, 2), 3);  // 4 (1 - 1/4)
  EXPECT_DOUBLE_EQ(ExpectedExperts(8, 8, 3), 8);
  EXPECT_NEAR(ExpectedExperts(64, 6, 1000), 64, 1e-9);
  const Op op{.kind = OpKind::kExpertMatMul,
              .tokens = 2,
              .format = TensorFormat::kF16,
              .rows = 8,
              .columns = 16,
              .experts = 4,
              .active = 2};
  EXPECT_DOUBLE_EQ(WeightBytesRead(op), 3 * 8 * 16 * 2);
  EXPECT_DOUBLE_EQ(Operations(op), 2.0 * 8 * 16 * 2 * 2);
}

// Decoding reads every weight once: the embedding as the output, and one row of it besides; of
// experts the active ones.
TEST(OpCost, DecodingReadsTheWeightsOnce) {
  for (const auto& [name, card] : ShippedCards()) {
    if (!card.shape) continue;
    for (const char* quantization : {"f16", "q8_0", "q4_k_m", "q2_k"}) {
      const QuantMixture& mixture = FindQuantization(card, quantization);
      double expected = DecodeReads(*card.shape, mixture).bytes;
      const WeightTensor embedding = Weights(*card.shape, mixture).front();
      if (card.shape->tied_embeddings)
        expected += Bytes(embedding) / static_cast<double>(embedding.rows);
      EXPECT_NEAR(DecodeTotals(card, quantization, 17).weight_bytes / expected, 1, 1e-12) << name;
    }
  }
}

// A prompt reads no less than all weights, of experts nearly all.
TEST(OpCost, PromptsReadAllExperts) {
  const ModelCard& card = ShippedCards().at("smallthinker-4b-a0.6b");
  const double prompt = Totals(BuildOpGraph(card, "q4_0", {.tokens = 256})).weight_bytes;
  EXPECT_NEAR(prompt / WeightBytes(card, "q4_0").value(), 1, 0.001);
}

TEST(OpCost, TotalsGrowWithContextAsTheCacheDoes) {
  for (const char* model : {"qwen3-4b", "phi-3-mini", "qwen3-30b-a3b"}) {
    const ModelCard& card = ShippedCards().at(model);
    const GraphTotals near = DecodeTotals(card, "q4_0", 100),
                      far = DecodeTotals(card, "q4_0", 1100);
    const double per_token = KvBytesPerToken(card).value();
    EXPECT_DOUBLE_EQ(near.kv_bytes_read, 101 * per_token);
    EXPECT_DOUBLE_EQ(far.kv_bytes_read - near.kv_bytes_read, 1000 * per_token);
    EXPECT_DOUBLE_EQ(near.kv_bytes_written, per_token);
    EXPECT_EQ(far.weight_bytes, near.weight_bytes);
    // Two products with each query head's share of the cache.
    const ModelShape& shape = *card.shape;
    EXPECT_DOUBLE_EQ(far.operations - near.operations,
                     1000 * 4.0 * static_cast<double>(shape.layers * shape.heads * shape.head_dim));
    EXPECT_EQ(far.activation_bytes_written, near.activation_bytes_written);
  }
}

TEST(OpCost, AWindowBoundsTheReads) {
  const ModelCard& card = ShippedCards().at("gemma-2-2b");
  const double before = DecodeTotals(card, "q8_0", 4095).kv_bytes_read,
               after = DecodeTotals(card, "q8_0", 5095).kv_bytes_read;
  // Half of the layers see no more than 4096.
  EXPECT_DOUBLE_EQ(after - before, 1000 * KvBytesPerToken(card).value() / 2);
}

// Two operations per decoded weight: the usual estimate, from the graph.
TEST(OpCost, TwoOperationsPerWeight) {
  for (const char* model : {"llama-3.2-1b", "phi-3-mini", "smallthinker-21b-a3b"}) {
    const ModelCard& card = ShippedCards().at(model);
    const double weights = DecodeReads(*card.shape, {.rest = TensorFormat::kF32}).parameters;
    EXPECT_NEAR(DecodeTotals(card, "q4_0", 0).operations / (2 * weights), 1, 0.001) << model;
  }
}

TEST(OpCost, OperandsAreReadButNotTheCache) {
  const OpGraph graph = BuildOpGraph(SmallCard(), "f16", {.tokens = 3});
  for (OpId id = 0; id < boost::num_vertices(graph); ++id) {
    double expected = OperandBytes(graph, id);
    if (graph[id].kind == OpKind::kAttention) expected = 3 * 256 * 4;
    if (graph[id].kind == OpKind::kGlu) expected = 2 * 3 * 512 * 4;
    if (graph[id].kind == OpKind::kEmbed) expected = 0;
    EXPECT_EQ(OperandBytes(graph, id), expected);
  }
}

TEST(OpCost, ActivationBytes) {
  // embed 3 x 256 written, read by a norm and an add ...: by hand for one layer without rope.
  ModelCard card = SmallCard();
  card.shape->layers = 1;
  card.shape->rotary_fraction = 0;
  const GraphTotals totals = Totals(BuildOpGraph(card, "f16", {.tokens = 3}));
  // Per token: embed, norm, q, k, v, attention, output, add, norm, up, gate, glu, down, add.
  const double per_token =
      256 + 256 + 256 + 128 + 128 + 256 + 256 + 256 + 256 + 3 * 512 + 256 + 256;
  EXPECT_EQ(totals.activation_bytes_written, 4 * (3 * per_token + 256 + 1000 + 1));
  // Read: norm, add; q, k, v; stores; attention; output; add; norm, add; up, gate; glu; down; add.
  const double read =
      2 * 256 + 3 * 256 + 2 * 128 + 256 + 256 + 256 + 2 * 256 + 2 * 256 + 2 * 512 + 512 + 256;
  EXPECT_EQ(totals.activation_bytes_read, 4 * (3 * read + 256 + 256 + 1000));
}

}  // namespace
}  // namespace edgesim
