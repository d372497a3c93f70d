#include "kernels/quantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <vector>

#include "kernels/superblock.h"

namespace edgesim::kernels {
namespace {

std::vector<std::byte> Quantized(WeightFormat format, const std::vector<float>& row) {
  std::vector<std::byte> bytes(MatrixBytes(format, 1, row.size()) + 1);
  QuantizeRow(format, row, bytes.data() + 1);  // an odd address
  bytes.erase(bytes.begin());
  return bytes;
}

template <typename Block>
Block QuantizedBlock(WeightFormat format, const std::vector<float>& row) {
  Block block;
  std::memcpy(&block, Quantized(format, row).data(), sizeof(block));
  return block;
}

std::vector<float> ThereAndBack(WeightFormat format, const std::vector<float>& row) {
  std::vector<float> back(row.size());
  DequantizeRow(format, Quantized(format, row).data(), back);
  return back;
}

// Standard normal, by Box and Muller over a linear congruence.
std::vector<float> Gaussian(std::size_t count) {
  std::vector<float> values(count);
  std::uint64_t state = 7;
  const auto uniform = [&] {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (static_cast<double>(state >> 11) + 0.5) * 0x1p-53;
  };
  for (float& value : values) {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    value = static_cast<float>(radius * std::cos(2 * std::numbers::pi * uniform()));
  }
  return values;
}

TEST(Quantize, FloatFormatsRoundToNearestEven) {
  EXPECT_EQ(ThereAndBack(WeightFormat::kF32, {1e-40F, -3e38F}),
            (std::vector<float>{1e-40F, -3e38F}));
  EXPECT_EQ(QuantizedBlock<Half>(WeightFormat::kF16, {1 + 0x1p-11F}), 0x3C00);
  EXPECT_EQ(QuantizedBlock<Half>(WeightFormat::kF16, {1 + 3 * 0x1p-11F}), 0x3C02);
  EXPECT_EQ(QuantizedBlock<Bfloat16>(WeightFormat::kBF16, {1 + 3 * 0x1p-8F}), 0x3F82);
  EXPECT_EQ(ThereAndBack(WeightFormat::kF16, {0.1F, -5, 65504}),
            (std::vector<float>{0.099975586F, -5, 65504}));
}

TEST(Quantize, Q8TakesTheLargestAs127) {
  std::vector<float> row(32);
  row[0] = -63.5F;  // d = 0.5
  row[1] = 63.25F;  // 126.5: a tie, to even
  row[2] = 0.74F;   // 1.48
  row[3] = 0.76F;   // 1.52
  row[31] = -0.76F;
  const auto block = QuantizedBlock<BlockQ8_0>(WeightFormat::kQ8_0, row);
  EXPECT_EQ(block.d, 0x3800);
  EXPECT_EQ(block.q[0], -127);
  EXPECT_EQ(block.q[1], 126);
  EXPECT_EQ(block.q[2], 1);
  EXPECT_EQ(block.q[3], 2);
  EXPECT_EQ(block.q[31], -2);
  EXPECT_EQ(block.q[4], 0);
}

// d = 1 / 127 rounds to the half 2064 * 2^-18; 0.75 / d = 95.2558 against 95.25 with the exact d,
// and 0.7440866 / d = 94.505 against 94.499.
TEST(Quantize, CodesAreChosenForTheRoundedScale) {
  std::vector<float> row(32);
  row[0] = 1;
  row[1] = 0.7440866F;
  const auto block = QuantizedBlock<BlockQ8_0>(WeightFormat::kQ8_0, row);
  EXPECT_EQ(block.d, 0x2008);  // 2^-7 (1 + 8 / 1024) = 2064 * 2^-18
  EXPECT_EQ(block.q[0], 127);
  EXPECT_EQ(block.q[1], 95);
}

TEST(Quantize, Q4TakesTheLargestAsMinus8) {
  std::vector<float> row(32);
  row[0] = 16;      // d = -2
  row[1] = -16;     // code 8 + 8.5 is cut to 15
  row[2] = 0.9F;    // 8.05: 8
  row[3] = 1.1F;    // 7.95: 7
  row[16] = -3.1F;  // 10.05: 10
  row[17] = 14;     // 1.5: 1
  const auto block = QuantizedBlock<BlockQ4_0>(WeightFormat::kQ4_0, row);
  EXPECT_EQ(block.d, 0xC000);
  EXPECT_EQ(block.q[0], 0xA0);
  EXPECT_EQ(block.q[1], 0x1F);
  EXPECT_EQ(block.q[2], 0x88);
  EXPECT_EQ(block.q[3], 0x87);
  EXPECT_EQ(block.q[15], 0x88);
}

TEST(Quantize, Q5TakesTheLargestAsMinus16) {
  std::vector<float> row(32);
  row[0] = -8;      // d = 0.5: code 0
  row[1] = 8;       // 32.5 is cut to 31
  row[8] = 0.3F;    // 17.1: 17
  row[16] = -0.3F;  // 15.9: 15
  row[31] = 7;      // 30.5: 30
  const auto block = QuantizedBlock<BlockQ5_0>(WeightFormat::kQ5_0, row);
  EXPECT_EQ(block.d, 0x3800);
  EXPECT_THAT(block.qh, testing::ElementsAre(0xFE, 0xFF, 0xFE, 0xFF));  // zeros are code 16
  EXPECT_EQ(block.q[0], 0xF0);
  EXPECT_EQ(block.q[1], 0x0F);
  EXPECT_EQ(block.q[8], 0x01);
  EXPECT_EQ(block.q[15], 0xE0);
}

TEST(Quantize, WhatTheseFormatsHoldTheyKeep) {
  const std::vector<float> row = Gaussian(3 * 32);
  for (const WeightFormat format : {WeightFormat::kQ8_0, WeightFormat::kQ4_0, WeightFormat::kQ5_0,
                                    WeightFormat::kF16, WeightFormat::kBF16, WeightFormat::kF32}) {
    const std::vector<float> once = ThereAndBack(format, row);
    EXPECT_EQ(ThereAndBack(format, once), once) << InfoOf(format).name;
    EXPECT_EQ(Quantized(format, once), Quantized(format, row)) << InfoOf(format).name;
  }
}

TEST(Quantize, ZeroRowsStayZero) {
  for (const WeightFormat format : kAllFormats) {
    const std::vector<float> zeros(3 * InfoOf(format).block);
    EXPECT_EQ(ThereAndBack(format, zeros), zeros) << InfoOf(format).name;
    QuantizeRow(format, {}, nullptr);
  }
}

TEST(Quantize, ABlockDependsOnItselfAlone) {
  for (const WeightFormat format : kAllFormats) {
    const std::size_t block = InfoOf(format).block;
    const std::vector<float> row = Gaussian(3 * block);
    std::vector<std::byte> parts;
    for (std::size_t i = 0; i < row.size(); i += block) {
      const auto first = row.begin() + static_cast<std::ptrdiff_t>(i);
      const auto part =
          Quantized(format, std::vector<float>(first, first + static_cast<std::ptrdiff_t>(block)));
      parts.insert(parts.end(), part.begin(), part.end());
    }
    EXPECT_EQ(Quantized(format, row), parts) << InfoOf(format).name;
  }
}

TEST(Quantize, AMatrixIsItsRows) {
  constexpr std::size_t kRows = 5;
  for (const WeightFormat format : kAllFormats) {
    const std::size_t columns = 3 * InfoOf(format).block;
    const std::vector<float> weights = Gaussian(kRows * columns);
    std::vector<std::byte> matrix(MatrixBytes(format, kRows, columns));
    QuantizeMatrix(format, weights, kRows, columns, matrix.data());
    EXPECT_EQ(Quantized(format, weights), matrix) << InfoOf(format).name;
  }
}

// One step of uniform rounding leaves errors uniform over a step, of root mean square step /
// sqrt(12). The step of plain rounding is the span of a (sub-)block's weights over the span of
// codes; the formats that search for their scale must do better than that, those that do not lose
// no more than the rounding of d (2^-12) and, in Q4_0 and Q5_0, the clipped end.
TEST(Quantize, ErrorOnGaussianRowsIsThatOfTheFormatsStep) {
  const struct {
    WeightFormat format;
    double low, high;  // of rms error / (rms step / sqrt(12)); measured between
  } cases[] = {{WeightFormat::kQ8_0, 0.98, 1.00}, {WeightFormat::kQ4_0, 0.99, 1.03},
               {WeightFormat::kQ5_0, 0.97, 1.01}, {WeightFormat::kQ6_K, 0.85, 0.94},
               {WeightFormat::kQ5_K, 0.85, 0.94}, {WeightFormat::kQ4_K, 0.80, 0.91},
               {WeightFormat::kQ3_K, 0.85, 0.98}, {WeightFormat::kQ2_K, 0.65, 0.82}};
  const std::vector<float> row = Gaussian(1 << 16);
  for (const auto& [format, low, high] : cases) {
    const bool k_format = IsKFormat(format);
    const bool has_min = k_format && LayoutOf(format).max_min > 0;
    const std::size_t size = k_format ? LayoutOf(format).sub_block : 32;
    const double codes = format == WeightFormat::kQ8_0   ? 127
                         : format == WeightFormat::kQ4_0 ? 8
                         : format == WeightFormat::kQ5_0 ? 16
                         : has_min                       ? LayoutOf(format).max_code
                                                         : LayoutOf(format).zero;
    double steps = 0;
    for (std::size_t i = 0; i < row.size(); i += size) {
      const auto [min, max] = std::minmax_element(row.data() + i, row.data() + i + size);
      const double span = has_min ? *max - std::min(*min, 0.0F) : std::max(-*min, *max);
      steps += span / codes * (span / codes) / 12 * static_cast<double>(size);
    }
    const std::vector<float> back = ThereAndBack(format, row);
    double errors = 0;
    for (std::size_t i = 0; i < row.size(); ++i) errors += std::pow(back[i] - row[i], 2);
    const double ratio = std::sqrt(errors / steps);
    EXPECT_GT(ratio, low) << InfoOf(format).name;
    EXPECT_LT(ratio, high) << InfoOf(format).name;
  }
}

TEST(Quantize, AnOutlierIsKeptAndDrownsItsNeighbours) {
  for (const WeightFormat format : kAllFormats) {
    std::vector<float> row(InfoOf(format).block, 0.01F);
    row[0] = -1000;
    const std::vector<float> back = ThereAndBack(format, row);
    EXPECT_NEAR(back[0], -1000, 5) << InfoOf(format).name;  // bfloat16: 2^-9 of 1000
    EXPECT_NEAR(back.back(), row.back(), row.size() > 1 ? 0.01001 : 5) << InfoOf(format).name;
  }
}

TEST(Quantize, TinyWeightsAreWrongByNoMoreThanTheirSpan) {
  for (const WeightFormat format : kAllFormats) {
    std::vector<float> row = Gaussian(InfoOf(format).block);
    for (float& weight : row) weight *= 1e-6F;  // d falls below the normal halfs
    const auto [min, max] = std::minmax_element(row.begin(), row.end());
    const double span = std::max(*max, 0.0F) - std::min(*min, 0.0F);
    const std::vector<float> back = ThereAndBack(format, row);
    for (std::size_t i = 0; i < row.size(); ++i) EXPECT_NEAR(back[i], row[i], span);
    for (float& weight : row) weight *= 1e-36F;
    for (const float weight : ThereAndBack(format, row)) EXPECT_NEAR(weight, 0, 1e-40);
  }
}

TEST(Quantize, BadInputIsNamed) {
  const auto quantize = [](WeightFormat format, std::vector<float> row) {
    return [=] { Quantized(format, row); };
  };
  const auto throws = [](const char* message) {
    return testing::ThrowsMessage<std::invalid_argument>(message);
  };
  std::vector<float> row(32);
  row[17] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(quantize(WeightFormat::kQ8_0, row),
              throws("q8_0: weight 17 of a row is nan, weights must be finite"));
  EXPECT_THAT(quantize(WeightFormat::kF32, {-std::numeric_limits<float>::infinity()}),
              throws("f32: weight 0 of a row is -inf, weights must be finite"));
  EXPECT_THAT(quantize(WeightFormat::kF16, {65520}),
              throws("f16: a weight of 65520.000000 is beyond its range"));
  EXPECT_THAT(quantize(WeightFormat::kQ4_0, std::vector<float>(32, 1e6F)),
              throws("q4_0: a weight of 1000000.000000 is beyond its range"));
  EXPECT_THAT(quantize(WeightFormat::kQ4_0, std::vector<float>(31)),
              throws("q4_0: 31 columns are no multiple of its block of 32"));
  EXPECT_THAT([] { QuantizeMatrix(WeightFormat::kF32, std::vector<float>(5), 2, 3, nullptr); },
              throws("5 weights are no matrix of 2 x 3"));
}

}  // namespace
}  // namespace edgesim::kernels
