#include "kernels/superblock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>
#include <vector>

namespace edgesim::kernels {
namespace {

constexpr WeightFormat kKFormats[] = {WeightFormat::kQ6_K, WeightFormat::kQ5_K, WeightFormat::kQ4_K,
                                      WeightFormat::kQ3_K, WeightFormat::kQ2_K};

template <typename Block>
SuperBlockCodes Unpacked(WeightFormat format, const Block& block) {
  std::byte bytes[sizeof(Block) + 1];  // an odd address: no alignment is asked for
  std::memcpy(bytes + 1, &block, sizeof(block));
  const SuperBlockCodes codes = UnpackSuperBlock(format, bytes + 1);
  std::byte again[sizeof(Block) + 1];
  PackSuperBlock(format, codes, again + 1);
  EXPECT_EQ(std::memcmp(bytes + 1, again + 1, sizeof(Block)), 0);
  return codes;
}

// All codes are `rest` but those named.
void ExpectCodes(const SuperBlockCodes& codes, int rest,
                 std::initializer_list<std::pair<std::size_t, int>> named) {
  std::array<int, kSuperBlock> expected;
  expected.fill(rest);
  for (const auto& [index, code] : named) expected[index] = code;
  for (std::size_t i = 0; i < kSuperBlock; ++i) EXPECT_EQ(codes.code[i], expected[i]) << i;
}

// Six-bit scales 1 2 3 63 | 17 32 47 62, mins 0 63 5 6 | 16 33 48 15.
constexpr std::uint8_t kSixBits[12] = {0x41, 0x82, 0x83, 0xFF, 0x40, 0xBF,
                                       0xC5, 0x06, 0x01, 0x10, 0x0F, 0xFE};

void ExpectSixBits(const SuperBlockCodes& codes) {
  EXPECT_THAT(std::vector<int>(codes.scale.begin(), codes.scale.end()),
              testing::ElementsAre(1, 2, 3, 63, 17, 32, 47, 62, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(std::vector<int>(codes.min.begin(), codes.min.end()),
              testing::ElementsAre(0, 63, 5, 6, 16, 33, 48, 15, 0, 0, 0, 0, 0, 0, 0, 0));
}

TEST(SuperBlock, Q4K) {
  BlockQ4_K block{};
  block.d = 0x3800;
  block.dmin = 0x3400;
  std::memcpy(block.scales, kSixBits, sizeof(kSixBits));
  block.q[0] = 0x5A;
  block.q[33] = 0x70;
  block.q[127] = 0xC3;
  const SuperBlockCodes codes = Unpacked(WeightFormat::kQ4_K, block);
  EXPECT_EQ(codes.d, 0x3800);
  EXPECT_EQ(codes.dmin, 0x3400);
  ExpectSixBits(codes);
  ExpectCodes(codes, 0, {{0, 10}, {32, 5}, {64 + 32 + 1, 7}, {223, 3}, {255, 12}});
}

TEST(SuperBlock, Q5K) {
  BlockQ5_K block{};
  block.d = 0x3C00;
  block.dmin = 0xB400;
  std::memcpy(block.scales, kSixBits, sizeof(kSixBits));
  block.q[0] = 0x5A;
  block.q[127] = 0xC3;
  block.qh[0] = 0b1000'0010;   // weight 0 of sub-blocks 1 and 7
  block.qh[31] = 0b0100'1000;  // weight 31 of sub-blocks 3 and 6
  const SuperBlockCodes codes = Unpacked(WeightFormat::kQ5_K, block);
  EXPECT_EQ(codes.d, 0x3C00);
  EXPECT_EQ(codes.dmin, 0xB400);
  ExpectSixBits(codes);
  ExpectCodes(codes, 0, {{0, 10}, {32, 21}, {224, 16}, {127, 16}, {223, 19}, {255, 12}});
}

TEST(SuperBlock, Q6K) {
  BlockQ6_K block{};
  block.d = 0x4000;
  block.scales[0] = -128;
  block.scales[15] = 127;
  block.ql[3] = 0xA5;                 // weights 3 and 67
  block.ql[32 + 4] = 0x96;            // weights 36 and 100
  block.ql[64 + 31] = 0xF1;           // weights 159 and 223
  block.qh[3] = 0b11'10'01'00;        // weights 99, 67, 35, 3
  block.qh[32 + 31] = 0b10'01'00'11;  // weights 255, 223, 191, 159
  const SuperBlockCodes codes = Unpacked(WeightFormat::kQ6_K, block);
  EXPECT_EQ(codes.d, 0x4000);
  EXPECT_EQ(codes.scale[0], -128);
  EXPECT_EQ(codes.scale[15], 127);
  ExpectCodes(codes, 0,
              {{3, 5},
               {67, 10 + 32},
               {35, 16},
               {99, 48},
               {36, 6},
               {100, 9},
               {159, 1 + 48},
               {223, 15 + 16},
               {191, 0},
               {255, 32}});
}

TEST(SuperBlock, Q3K) {
  BlockQ3_K block{};
  block.d = 0x3C00;
  // Scales, before 32 is taken off: 0 -> 33, 5 -> 18, 8 -> 63, 13 -> 12, 15 -> 53; others 0.
  const std::uint8_t scales[12] = {
      0xF1, 0, 0, 0, 0, 0xC2, 0, 0x50, 0b00'11'00'10, 0b00'00'01'00, 0, 0b11'00'00'00};
  std::memcpy(block.scales, scales, sizeof(scales));
  block.q[2] = 0b11'10'01'00;       // weights 98, 66, 34, 2
  block.q[32 + 5] = 0b00'00'11'01;  // weights 165 and 133
  block.hmask[2] = 0b0001'0011;     // weights 130, 34, 2
  block.hmask[5] = 0b1000'0000;     // weight 229
  const SuperBlockCodes codes = Unpacked(WeightFormat::kQ3_K, block);
  EXPECT_THAT(std::vector<int>(codes.scale.begin(), codes.scale.end()),
              testing::ElementsAre(1, -32, -32, -32, -32, -14, -32, -32, 31, -32, -32, -32, -32,
                                   -20, -32, 21));
  ExpectCodes(codes, 0,
              {{98, 3}, {66, 2}, {34, 5}, {2, 4}, {165, 3}, {133, 1}, {130, 4}, {229, 4}});
}

TEST(SuperBlock, Q2K) {
  BlockQ2_K block{};
  block.d = 0x3C00;
  block.dmin = 0x3800;
  block.scales[0] = 0xF3;
  block.scales[15] = 0x1E;
  block.q[2] = 0b11'10'01'00;        // weights 98, 66, 34, 2
  block.q[32 + 31] = 0b01'00'00'10;  // weights 255 and 159
  const SuperBlockCodes codes = Unpacked(WeightFormat::kQ2_K, block);
  EXPECT_EQ(codes.scale[0], 3);
  EXPECT_EQ(codes.min[0], 15);
  EXPECT_EQ(codes.scale[15], 14);
  EXPECT_EQ(codes.min[15], 1);
  EXPECT_EQ(codes.dmin, 0x3800);
  ExpectCodes(codes, 0, {{98, 3}, {66, 2}, {34, 1}, {255, 1}, {159, 2}});
}

TEST(SuperBlock, EveryBitOfABlockSurvivesUnpackingAndPacking) {
  for (const WeightFormat format : kKFormats) {
    const std::size_t size = InfoOf(format).block_bytes;
    std::vector<std::byte> bytes(size), again(size);
    std::uint32_t state = 1;
    for (int round = 0; round < 100; ++round) {
      for (std::byte& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<std::byte>(state >> 24);
      }
      PackSuperBlock(format, UnpackSuperBlock(format, bytes.data()), again.data());
      ASSERT_EQ(bytes, again) << InfoOf(format).name;
    }
  }
}

TEST(SuperBlock, OnlyKFormatsHaveThem) {
  for (const WeightFormat format : kAllFormats) {
    const bool listed =
        std::find(std::begin(kKFormats), std::end(kKFormats), format) != std::end(kKFormats);
    EXPECT_EQ(IsKFormat(format), listed);
  }
  EXPECT_THAT([] { LayoutOf(WeightFormat::kQ8_0); },
              testing::ThrowsMessage<std::invalid_argument>("q8_0 has no super-blocks"));
}

}  // namespace
}  // namespace edgesim::kernels
