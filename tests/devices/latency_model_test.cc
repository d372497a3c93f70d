#include "devices/latency_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "devices/op_cost.h"
#include "sim/input_error.h"
#include "tests/support/shipped_cards.h"
#include "tests/support/toy_host.h"

namespace edgesim {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(LatencyModel, ColumnsAreCutIntoTheWidestTiles) {
  EXPECT_THAT(Tiles(13, 8), ElementsAre(1, 0, 1, 1));
  EXPECT_THAT(Tiles(13, 4), ElementsAre(1, 0, 3, 0));
  EXPECT_THAT(Tiles(7, 8), ElementsAre(1, 1, 1, 0));
  EXPECT_THAT(Tiles(5, 1), ElementsAre(5, 0, 0, 0));
  EXPECT_THAT(Tiles(0, 8), ElementsAre(0, 0, 0, 0));
}

Op AttentionOp(std::size_t tokens, std::size_t context, std::size_t window) {
  return {.kind = OpKind::kAttention,
          .tokens = tokens,
          .width = 512,
          .heads = 8,
          .kv_heads = 2,
          .head_dim = 64,
          .context = context,
          .window = window};
}

TEST(LatencyModel, AttentionOfOneTokenIsATileOfTheHeadsThatShareKeys) {
  // 4 query heads per KV head; 21 positions are two panels of 16.
  const AttentionWork work = WorkOfAttention(AttentionOp(1, 20, 0), 8);
  EXPECT_THAT(work.passes, ElementsAre(0, 0, 2 * 32 * 64 * 2, 0));
  EXPECT_EQ(work.scores, 32 * 4 * 2);
}

TEST(LatencyModel, AWindowSeesWholePanelsAroundIt) {
  // Positions 33 to 40 of 0 to 40 lie in the panel from 32 on.
  const AttentionWork one_panel = WorkOfAttention(AttentionOp(1, 40, 8), 8);
  EXPECT_THAT(one_panel.passes, ElementsAre(0, 0, 2 * 16 * 64 * 2, 0));
  EXPECT_EQ(one_panel.scores, 16 * 4 * 2);
  // Positions 31 to 40 reach into the panel before.
  EXPECT_EQ(WorkOfAttention(AttentionOp(1, 40, 10), 8).scores, 32 * 4 * 2);
  // A window that is longer than what there is changes nothing.
  EXPECT_EQ(WorkOfAttention(AttentionOp(1, 40, 64), 8).scores,
            WorkOfAttention(AttentionOp(1, 40, 0), 8).scores);
}

TEST(LatencyModel, EachTileOfAPromptSeesAsFarAsItsLastToken) {
  // 3 tokens x 4 heads = 12 columns: a tile of 8 (tokens 0 and 1, 16 positions) and one of 4
  // (token 2, 17 positions).
  const AttentionWork work = WorkOfAttention(AttentionOp(3, 14, 0), 8);
  EXPECT_THAT(work.passes, ElementsAre(0, 0, 2 * 32 * 64 * 2, 2 * 16 * 64 * 2));
  EXPECT_EQ(work.scores, 16 * 8 * 2 + 32 * 4 * 2);
}

TEST(LatencyModel, AttentionTakesItsBytesAndItsTiles) {
  const AttentionLaw law{.overhead_s = 1e-3,
                         .bytes_per_s = 1e6,
                         .pass_s = {0, 0, 1e-7, 0},
                         .score_s = 1e-6,
                         .query_s = 1e-5,
                         .overlap = 1};
  const Op op = AttentionOp(1, 20, 0);
  const double bytes = 2 * 2 * 21 * 2 * 64;  // K and V, f16, 21 positions of 2 heads of 64
  EXPECT_DOUBLE_EQ(Seconds(law, 8, op), 1e-3 + bytes / 1e6 + 8192 * 1e-7 + 256 * 1e-6 + 512 * 1e-5);
}

MatMulLaw HandLaw(double overlap) {
  return {.overhead_s = 1e-3,
          .bytes_per_s = 1e6,
          .pass_s = {1e-6, 2e-6, 3e-6, 4e-6},
          .prepare_s = 1e-5,
          .overlap = overlap};
}

TEST(LatencyModel, OverlapLiesBetweenTheSumAndTheLarger) {
  // 10 x 20 weights, 400 bytes: 0.4 ms of memory, 0.2 ms of arithmetic, 1 ms overhead, 0.2 ms for
  // 20 activations.
  EXPECT_DOUBLE_EQ(Seconds(HandLaw(1), 8, 10, 20, 1, 400), 1e-3 + 6e-4 + 2e-4);
  EXPECT_DOUBLE_EQ(Seconds(HandLaw(2), 8, 10, 20, 1, 400), 1e-3 + std::sqrt(20.0) * 1e-4 + 2e-4);
  EXPECT_DOUBLE_EQ(Seconds(HandLaw(1e4), 8, 10, 20, 1, 400), 1e-3 + 4e-4 + 2e-4);
}

TEST(LatencyModel, ArithmeticIsThatOfTheTiles) {
  const MatMulLaw law = HandLaw(1e4);  // arithmetic alone: no bytes
  EXPECT_DOUBLE_EQ(Seconds(law, 8, 10, 20, 13, 0),
                   1e-3 + 200 * (1 + 3 + 4) * 1e-6 + 13 * 20 * 1e-5);
  EXPECT_DOUBLE_EQ(Seconds(law, 1, 10, 20, 13, 0), 1e-3 + 200 * 13e-6 + 13 * 20 * 1e-5);
}

TEST(LatencyModel, ExpertsAreProductsOfTheTokensTheySee) {
  ThreadLaws laws = ToyLaws(1);
  laws.matmul[TensorFormat::kF32] = HandLaw(1);
  Op op{.kind = OpKind::kExpertMatMul,
        .tokens = 1,
        .width = 20,
        .format = TensorFormat::kF32,
        .rows = 10,
        .columns = 20,
        .experts = 8,
        .active = 2};
  // One token: two experts, each with one column and 800 bytes; 60 floats are gathered or given
  // out.
  const double move_s = laws.elements[OpKind::kAdd].element_s * 2 * 30;
  EXPECT_NEAR(Seconds(laws, op), 2 * (1e-3 + 8e-4 + 2e-4 + 2e-4) + move_s, 1e-12);
  // Three tokens: an expert sees one of them with probability 3 (1/4) (3/4)^2, two with
  // 3 (1/4)^2 (3/4), three with (1/4)^3; in tiles of 1, of 2, and of 2 and 1.
  op.tokens = 3;
  const double one = 27.0 / 64, two = 9.0 / 64, three = 1.0 / 64;
  const auto product = [](double passes_us, double n) {
    return 1e-3 + 8e-4 + 200e-6 * passes_us + n * 20 * 1e-5;
  };
  EXPECT_NEAR(Seconds(laws, op),
              8 * (one * product(1, 1) + two * product(2, 2) + three * product(3, 3)) + 3 * move_s,
              1e-12);
  // Where all are active each sees every token.
  op.active = 8;
  EXPECT_NEAR(Seconds(laws, op), 8 * product(3, 3) + 12 * move_s, 1e-12);
}

TEST(LatencyModel, ABiasIsAnAdditionAndElementsCountThemselves) {
  ThreadLaws laws = ToyLaws(1);
  laws.elements[OpKind::kAdd] = {.overhead_s = 1e-3, .element_s = 1e-5};
  Op op{.kind = OpKind::kMatMul,
        .tokens = 3,
        .width = 10,
        .format = TensorFormat::kF32,
        .rows = 10,
        .columns = 20};
  const double plain = Seconds(laws, op);
  op.bias = true;
  const double bias_bytes_s = 40 / laws.matmul[TensorFormat::kF32].bytes_per_s;
  EXPECT_THAT(Seconds(laws, op) - plain, DoubleNear(1e-3 + 30e-5, bias_bytes_s));
  EXPECT_DOUBLE_EQ(Seconds(laws, {.kind = OpKind::kAdd, .tokens = 3, .width = 10}), 1e-3 + 30e-5);
}

TEST(LatencyModel, APassIsTheSumOfItsParts) {
  const ThreadLaws laws = ToyLaws(2);
  for (const ForwardPass& pass :
       {ForwardPass{.tokens = 1, .context = 40}, ForwardPass{.tokens = 33, .context = 0}}) {
    const OpGraph graph = BuildOpGraph(SmallCard(), "q8_0", pass);
    const PassTime time = Predict(laws, graph);
    double parts = 0, operations = laws.pass_overhead_s;
    for (const auto& [name, seconds] : time.by_part) parts += seconds;
    for (OpId id = 0; id < boost::num_vertices(graph); ++id) operations += Seconds(laws, graph[id]);
    EXPECT_DOUBLE_EQ(time.seconds, parts);
    EXPECT_DOUBLE_EQ(time.seconds, operations);
    EXPECT_EQ(time.by_part.at("overhead"), laws.pass_overhead_s);
    for (const char* part : {"attn_q", "ffn_up", "ffn_down", "output", "attention", "rms_norm"})
      EXPECT_GT(time.by_part.at(part), 0) << part;
    EXPECT_FALSE(time.by_part.contains("matmul"));
  }
}

TEST(LatencyModel, SaysWhichLawIsMissing) {
  ThreadLaws laws = ToyLaws(1);
  laws.matmul.erase(TensorFormat::kQ8_0);
  const OpGraph graph = BuildOpGraph(SmallCard(), "q8_0", {});
  EXPECT_THAT(
      [&] { Predict(laws, graph); },
      ThrowsMessage<InputError>("the host profile has no law for q8_0 weights on 1 thread"));
  laws = ToyLaws(1);
  laws.elements.erase(OpKind::kRope);
  EXPECT_THAT([&] { Predict(laws, graph); },
              ThrowsMessage<InputError>(HasSubstr("no law for the operation 'rope'")));
}

}  // namespace
}  // namespace edgesim
