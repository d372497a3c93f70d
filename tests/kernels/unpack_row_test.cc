#include "kernels/unpack_row.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/quantize.h"

namespace edgesim::kernels {
namespace {

TEST(UnpackRow, GivesBackEveryRowToTheBit) {
  constexpr std::size_t kRows = 37, kColumns = 512;
  std::vector<float> weights(kRows * kColumns);
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = std::sin(0.37F * static_cast<float>(i)) + 0.2F;
  for (const WeightFormat format : kAllFormats) {
    std::vector<std::byte> blocks(MatrixBytes(format, kRows, kColumns));
    QuantizeMatrix(format, weights, kRows, kColumns, blocks.data());
    const PackedMatrix packed(format, kRows, kColumns, blocks);
    std::vector<float> expected(kColumns), found(kColumns);
    for (std::size_t row = 0; row < kRows; ++row) {
      DequantizeRow(format, blocks.data() + row * MatrixBytes(format, 1, kColumns), expected);
      UnpackRow(packed, row, found);
      ASSERT_EQ(found, expected) << InfoOf(format).name << " row " << row;
    }
  }
}

}  // namespace
}  // namespace edgesim::kernels
