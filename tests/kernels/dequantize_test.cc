#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "kernels/quantize.h"

namespace edgesim::kernels {
namespace {

template <typename Block>
std::vector<float> Weights(WeightFormat format, const std::vector<Block>& blocks) {
  std::vector<float> weights(blocks.size() * InfoOf(format).block);
  std::vector<std::byte> bytes(blocks.size() * sizeof(Block) + 1);  // at an odd address
  std::memcpy(bytes.data() + 1, blocks.data(), blocks.size() * sizeof(Block));
  DequantizeRow(format, bytes.data() + 1, weights);
  return weights;
}

TEST(Dequantize, FloatFormats) {
  EXPECT_EQ(Weights<float>(WeightFormat::kF32, {1.5F, -3e38F, 1e-40F}),
            (std::vector<float>{1.5F, -3e38F, 1e-40F}));
  EXPECT_EQ(Weights<Half>(WeightFormat::kF16, {0x3C00, 0xC500, 0x0001}),
            (std::vector<float>{1, -5, 0x1p-24F}));
  EXPECT_EQ(Weights<Bfloat16>(WeightFormat::kBF16, {0x3F80, 0xC0A0}), (std::vector<float>{1, -5}));
}

TEST(Dequantize, Q8) {
  BlockQ8_0 first{.d = 0x3800, .q = {127, -127, 1}};  // 0.5
  BlockQ8_0 second{.d = 0xBC00, .q = {}};             // -1
  second.q[31] = 3;
  std::vector<float> expected(64);
  expected[0] = 63.5F;
  expected[1] = -63.5F;
  expected[2] = 0.5F;
  expected[63] = -3;
  EXPECT_EQ(Weights<BlockQ8_0>(WeightFormat::kQ8_0, {first, second}), expected);
}

TEST(Dequantize, Q4) {
  BlockQ4_0 block{.d = 0x4000, .q = {}};  // 2
  std::memset(block.q, 0x88, sizeof(block.q));
  block.q[0] = 0xF0;   // weight 0: (0 - 8) 2, weight 16: (15 - 8) 2
  block.q[15] = 0x79;  // weight 15: (9 - 8) 2, weight 31: (7 - 8) 2
  std::vector<float> expected(32);
  expected[0] = -16;
  expected[16] = 14;
  expected[15] = 2;
  expected[31] = -2;
  EXPECT_EQ(Weights<BlockQ4_0>(WeightFormat::kQ4_0, {block}), expected);
}

TEST(Dequantize, Q5) {
  BlockQ5_0 block{.d = 0x3C00, .qh = {0x01, 0x80, 0x01, 0x80}, .q = {}};  // 1
  block.q[0] = 0x21;   // weight 0: 1 + 16, weight 16: 2 + 16
  block.q[15] = 0x43;  // weight 15: 3 + 16, weight 31: 4 + 16
  std::vector<float> expected(32, -16.0F);
  expected[0] = 1;
  expected[16] = 2;
  expected[15] = 3;
  expected[31] = 4;
  EXPECT_EQ(Weights<BlockQ5_0>(WeightFormat::kQ5_0, {block}), expected);
}

// Scales 1 2 3 63 17 32 47 62 and mins 0 63 5 6 16 33 48 15, as in the tests of super-blocks.
constexpr std::uint8_t kSixBits[12] = {0x41, 0x82, 0x83, 0xFF, 0x40, 0xBF,
                                       0xC5, 0x06, 0x01, 0x10, 0x0F, 0xFE};

TEST(Dequantize, Q4K) {
  BlockQ4_K block{.d = 0x3800, .dmin = 0x3400};  // 0.5, 0.25
  std::memcpy(block.scales, kSixBits, sizeof(kSixBits));
  block.q[0] = 0x5A;
  block.q[127] = 0xC3;
  const auto weights = Weights<BlockQ4_K>(WeightFormat::kQ4_K, {block});
  EXPECT_EQ(weights[0], 0.5F * 1 * 10);
  EXPECT_EQ(weights[1], 0);
  EXPECT_EQ(weights[32], 0.5F * 2 * 5 - 0.25F * 63);
  EXPECT_EQ(weights[33], -15.75F);
  EXPECT_EQ(weights[95], -1.25F);
  EXPECT_EQ(weights[223], 58.5F);    // 0.5 * 47 * 3 - 0.25 * 48
  EXPECT_EQ(weights[255], 368.25F);  // 0.5 * 62 * 12 - 0.25 * 15
}

TEST(Dequantize, Q5K) {
  BlockQ5_K block{.d = 0x3800, .dmin = 0x3400};
  std::memcpy(block.scales, kSixBits, sizeof(kSixBits));
  block.q[0] = 0x5A;
  block.qh[0] = 0b1000'0010;
  const auto weights = Weights<BlockQ5_K>(WeightFormat::kQ5_K, {block, block});
  for (const std::size_t at : {0U, 256U}) {
    EXPECT_EQ(weights[at + 0], 5);
    EXPECT_EQ(weights[at + 32], 0.5F * 2 * 21 - 15.75F);
    EXPECT_EQ(weights[at + 224], 0.5F * 62 * 16 - 3.75F);
    EXPECT_EQ(weights[at + 225], -3.75F);
  }
}

TEST(Dequantize, Q6K) {
  BlockQ6_K block{};
  block.d = 0x3000;  // 0.125
  block.scales[0] = -128;
  block.scales[4] = 5;
  block.scales[15] = 127;
  block.ql[3] = 0xA5;
  block.qh[3] = 0b11'10'01'00;
  block.qh[63] = 0b11'00'00'00;
  const auto weights = Weights<BlockQ6_K>(WeightFormat::kQ6_K, {block});
  EXPECT_EQ(weights[3], 0.125F * -128 * (5 - 32));
  EXPECT_EQ(weights[4], 512);                           // 0.125 * -128 * -32
  EXPECT_EQ(weights[67], 0.125F * 5 * (10 + 32 - 32));  // sub-block 4
  EXPECT_EQ(weights[255], 0.125F * 127 * (48 - 32));
  EXPECT_EQ(weights[128], 0);  // its scale is 0
}

TEST(Dequantize, Q3K) {
  BlockQ3_K block{};
  block.d = 0x3C00;
  block.scales[0] = 0xF1;           // low nibbles of scales 0 and 8
  block.scales[8] = 0b00'11'00'10;  // upper bits: scale 0 is 33, scale 8 is 63
  block.q[2] = 0b00'00'00'11;
  block.hmask[2] = 0b0001'0001;
  const auto weights = Weights<BlockQ3_K>(WeightFormat::kQ3_K, {block});
  EXPECT_EQ(weights[2], (33 - 32) * (3 + 4 - 4));
  EXPECT_EQ(weights[3], (33 - 32) * (0 - 4));
  EXPECT_EQ(weights[130], (63 - 32) * (0 + 4 - 4));
  EXPECT_EQ(weights[131], (63 - 32) * (0 - 4));
  EXPECT_EQ(weights[16], (0 - 32) * (0 - 4));
}

TEST(Dequantize, Q2K) {
  BlockQ2_K block{};
  block.d = 0x4000;     // 2
  block.dmin = 0x3800;  // 0.5
  block.scales[0] = 0xF3;
  block.scales[15] = 0x1E;
  block.q[2] = 0b00'00'00'10;
  block.q[63] = 0b11'00'00'00;
  const auto weights = Weights<BlockQ2_K>(WeightFormat::kQ2_K, {block});
  EXPECT_EQ(weights[2], 2 * 3 * 2 - 7.5F);
  EXPECT_EQ(weights[3], -7.5F);
  EXPECT_EQ(weights[255], 2 * 14 * 3 - 0.5F);
  EXPECT_EQ(weights[16], 0);
}

}  // namespace
}  // namespace edgesim::kernels
