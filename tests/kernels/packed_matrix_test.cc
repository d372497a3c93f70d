#include "kernels/packed_matrix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/pack_blocks.h"
#include "kernels/packed_formats.h"
#include "kernels/quantize.h"
#include "kernels/unpack_row.h"

namespace edgesim::kernels {
namespace {

std::vector<std::byte> Blocks(WeightFormat format, std::size_t rows, std::size_t columns) {
  std::vector<float> weights(rows * columns);
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = std::sin(0.41F * static_cast<float>(i)) + 0.1F;
  std::vector<std::byte> blocks(MatrixBytes(format, rows, columns));
  QuantizeMatrix(format, weights, rows, columns, blocks.data());
  return blocks;
}

TEST(AlignedBytes, StartOnALineOrAHugePage) {
  for (const std::size_t size : {1U, 63U, 4096U, 1U << 20, 2U << 20, (2U << 20) + 1}) {
    AlignedBytes bytes(size);
    EXPECT_EQ(bytes.size(), size);
    const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
    EXPECT_EQ(address % (size >= 2U << 20 ? 2U << 20 : 64U), 0U) << size;
    std::memset(bytes.data(), 1, size);  // all of it is there: the sanitizers look
  }
  EXPECT_EQ(AlignedBytes(0).data(), nullptr);
  EXPECT_EQ(AlignedBytes().size(), 0U);
}

TEST(PackedMatrix, IsAsLargeAsTheBlocksOfWholePanels) {
  for (const WeightFormat format : kAllFormats) {
    for (const std::size_t rows : {1U, 16U, 17U, 40U}) {
      const PackedMatrix matrix(format, rows, 256, Blocks(format, rows, 256));
      EXPECT_EQ(matrix.format(), format);
      EXPECT_EQ(matrix.rows(), rows);
      EXPECT_EQ(matrix.columns(), 256U);
      EXPECT_EQ(matrix.panels(), (rows + 15) / 16);
      EXPECT_EQ(matrix.panel_bytes(), 16 * MatrixBytes(format, 1, 256)) << InfoOf(format).name;
      EXPECT_EQ(matrix.bytes(), matrix.panels() * matrix.panel_bytes());
      EXPECT_EQ(matrix.panel(matrix.panels() - 1) + matrix.panel_bytes(),
                matrix.panel(0) + matrix.bytes());
    }
  }
}

TEST(PackedMatrix, EachPanelHoldsItsRows) {
  constexpr std::size_t kRows = 40, kColumns = 512;
  for (const WeightFormat format : kAllFormats) {
    const std::vector<std::byte> blocks = Blocks(format, kRows, kColumns);
    const PackedMatrix matrix(format, kRows, kColumns, blocks);
    const std::size_t row_bytes = MatrixBytes(format, 1, kColumns);
    std::vector<std::byte> panel(matrix.panel_bytes());
    for (std::size_t p = 0; p < matrix.panels(); ++p) {
      PackPanel(format, blocks.data() + p * kPanelRows * row_bytes, row_bytes,
                std::min(kPanelRows, kRows - p * kPanelRows), kColumns, panel.data());
      EXPECT_EQ(std::memcmp(panel.data(), matrix.panel(p), panel.size()), 0)
          << InfoOf(format).name << " panel " << p;
    }
  }
}

TEST(PackedMatrix, RowsThatFillUpTheLastPanelAreZero) {
  for (const WeightFormat format : kAllFormats) {
    const PackedMatrix matrix(format, 21, 256, Blocks(format, 21, 256));
    std::vector<float> row(256, 1);
    UnpackRow(matrix, 20, row);
    EXPECT_NE(row, std::vector<float>(256, 0)) << InfoOf(format).name;
    for (std::size_t r = 21; r < 32; ++r) {
      UnpackRow(matrix, r, row);
      EXPECT_EQ(row, std::vector<float>(256, 0)) << InfoOf(format).name << " row " << r;
    }
  }
}

TEST(PackedMatrix, RefusesSizesThatDoNotFit) {
  const std::vector<std::byte> blocks = Blocks(WeightFormat::kQ4_K, 2, 256);
  const auto error = [&](std::size_t rows, std::size_t columns) -> std::string {
    try {
      PackedMatrix(WeightFormat::kQ4_K, rows, columns, blocks);
    } catch (const std::invalid_argument& what) {
      return what.what();
    }
    return "no error";
  };
  EXPECT_EQ(error(2, 256), "no error");
  EXPECT_EQ(error(3, 256), "q4_k: a matrix of 3 x 256 has 432 bytes, not 288");
  EXPECT_EQ(error(2, 255), "q4_k: 255 columns are no multiple of its block of 256");
}

TEST(PackedMatrix, RepeatedTakesThePanelsOverAndOverInMemoryOfItsOwn) {
  constexpr auto kFormat = WeightFormat::kQ6_K;
  const PackedMatrix pattern(kFormat, 48, 256, Blocks(kFormat, 48, 256));
  ASSERT_NE(std::memcmp(pattern.panel(0), pattern.panel(1), pattern.panel_bytes()), 0);
  const PackedMatrix large = PackedMatrix::Repeated(pattern, 123);
  EXPECT_EQ(large.format(), kFormat);
  EXPECT_EQ(large.rows(), 123U);
  EXPECT_EQ(large.columns(), 256U);
  ASSERT_EQ(large.panels(), 8U);
  EXPECT_EQ(large.bytes(), 8 * pattern.panel_bytes());
  for (std::size_t p = 0; p < large.panels(); ++p) {
    EXPECT_EQ(large.panel(p), large.panel(0) + p * large.panel_bytes());
    EXPECT_EQ(std::memcmp(large.panel(p), pattern.panel(p % 3), large.panel_bytes()), 0) << p;
  }
}

}  // namespace
}  // namespace edgesim::kernels
