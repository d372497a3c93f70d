#include "kernels/pack_blocks.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "kernels/packed_formats.h"
#include "kernels/quantize.h"
#include "kernels/unpack_row.h"

namespace edgesim::kernels {
namespace {

// Where a block keeps its halves.
std::vector<std::size_t> HalvesOf(WeightFormat format) {
  switch (format) {
    case WeightFormat::kF32:
    case WeightFormat::kF16:
    case WeightFormat::kBF16:
      return {};
    case WeightFormat::kQ8_0:
    case WeightFormat::kQ4_0:
    case WeightFormat::kQ5_0:
      return {0};
    case WeightFormat::kQ5_K:
    case WeightFormat::kQ4_K:
      return {0, 2};
    case WeightFormat::kQ6_K:
      return {offsetof(BlockQ6_K, d)};
    case WeightFormat::kQ3_K:
      return {offsetof(BlockQ3_K, d)};
    case WeightFormat::kQ2_K:
      return {offsetof(BlockQ2_K, d), offsetof(BlockQ2_K, dmin)};
  }
  return {};
}

// Bytes of every value, by a linear congruence; but the top bit of an exponent is zero wherever a
// block keeps floats or halves, so that all weights are finite.
std::vector<std::byte> AnyBlocks(WeightFormat format, std::size_t rows, std::size_t columns) {
  const FormatInfo& info = InfoOf(format);
  std::vector<std::byte> blocks(MatrixBytes(format, rows, columns));
  std::uint32_t state = 12345;
  for (std::byte& byte : blocks) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::byte>(state >> 24);
  }
  for (std::size_t at = 0; at < blocks.size(); at += info.block_bytes) {
    if (info.block == 1) blocks[at + info.block_bytes - 1] &= std::byte{0xBF};
    for (const std::size_t half : HalvesOf(format)) blocks[at + half + 1] &= std::byte{0xBF};
  }
  return blocks;
}

TEST(PackPanel, KeepsEveryBitOfEveryRow) {
  constexpr std::size_t kColumns = 768;
  for (const WeightFormat format : kAllFormats) {
    const std::vector<std::byte> blocks = AnyBlocks(format, kPanelRows, kColumns);
    const PackedMatrix packed(format, kPanelRows, kColumns, blocks);  // one call
    std::vector<float> expected(kColumns), found(kColumns);
    for (std::size_t row = 0; row < kPanelRows; ++row) {
      DequantizeRow(format, blocks.data() + row * MatrixBytes(format, 1, kColumns), expected);
      UnpackRow(packed, row, found);
      ASSERT_EQ(found, expected) << InfoOf(format).name << " row " << row;
    }
  }
}

// Rows lie `row_bytes` apart, at any address, and only those asked for are read and written.
TEST(PackPanel, TakesRowsFromWhereTheyAre) {
  constexpr std::size_t kColumns = 512, kRows = 11, kGap = 7, kShift = 1;
  for (const WeightFormat format : kAllFormats) {
    const std::size_t row_bytes = MatrixBytes(format, 1, kColumns), apart = row_bytes + kGap;
    const std::vector<std::byte> blocks = AnyBlocks(format, kRows, kColumns);
    std::vector<std::byte> spaced(kShift + kRows * apart, std::byte{0xFF});
    for (std::size_t r = 0; r < kRows; ++r)
      std::memcpy(spaced.data() + kShift + r * apart, blocks.data() + r * row_bytes, row_bytes);
    const std::size_t panel_bytes = MatrixBytes(format, kPanelRows, kColumns);
    std::vector<std::byte> dense(panel_bytes), found(panel_bytes + 1, std::byte{0x5A});
    PackPanel(format, blocks.data(), row_bytes, kRows, kColumns, dense.data());
    PackPanel(format, spaced.data() + kShift, apart, kRows, kColumns, found.data());
    EXPECT_EQ(found.back(), std::byte{0x5A}) << InfoOf(format).name;
    found.pop_back();
    EXPECT_EQ(found, dense) << InfoOf(format).name;
  }
}

TEST(PackPanel, PutsFourWeightsOfEachRowSideBySide) {
  std::vector<BlockQ8_0> q8(kPanelRows);
  std::vector<BlockQ4_0> q4(kPanelRows);
  for (std::size_t r = 0; r < kPanelRows; ++r) {
    q8[r].d = q4[r].d = static_cast<Half>(100 + r);
    for (std::size_t j = 0; j < 32; ++j)
      q8[r].q[j] = static_cast<std::int8_t>(8 * static_cast<int>(r) + static_cast<int>(j) - 80);
    for (std::size_t j = 0; j < 16; ++j) q4[r].q[j] = static_cast<std::uint8_t>(16 * r + j);
  }
  PackedQ8_0 panel8;
  PackedQ4_0 panel4;
  PackPanel(WeightFormat::kQ8_0, std::as_bytes(std::span(q8)).data(), sizeof(BlockQ8_0), kPanelRows,
            32, reinterpret_cast<std::byte*>(&panel8));
  PackPanel(WeightFormat::kQ4_0, std::as_bytes(std::span(q4)).data(), sizeof(BlockQ4_0), kPanelRows,
            32, reinterpret_cast<std::byte*>(&panel4));
  for (std::size_t r = 0; r < kPanelRows; ++r) {
    EXPECT_EQ(panel8.d[r], 100 + r);
    EXPECT_EQ(panel4.d[r], 100 + r);
    for (std::size_t j = 0; j < 32; ++j)
      EXPECT_EQ(panel8.q[j / 4][4 * r + j % 4], q8[r].q[j] + 128) << "offset by 128: unsigned";
    for (std::size_t j = 0; j < 16; ++j) EXPECT_EQ(panel4.q[j / 4][4 * r + j % 4], q4[r].q[j]);
  }
}

TEST(PackPanel, FloatsAreAVectorOfSixteenRowsForEachColumn) {
  constexpr std::size_t kColumns = 5, kRows = 3;
  std::vector<Half> rows(kRows * kColumns), panel(kPanelRows * kColumns, 7);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<Half>(i + 1);
  PackPanel(WeightFormat::kF16, std::as_bytes(std::span(rows)).data(), kColumns * sizeof(Half),
            kRows, kColumns, std::as_writable_bytes(std::span(panel)).data());
  for (std::size_t k = 0; k < kColumns; ++k) {
    for (std::size_t r = 0; r < kPanelRows; ++r)
      EXPECT_EQ(panel[k * kPanelRows + r], r < kRows ? r * kColumns + k + 1 : 0);
  }
}

}  // namespace
}  // namespace edgesim::kernels
