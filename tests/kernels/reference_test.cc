#include "kernels/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>

#include "kernels/half.h"
#include "kernels/quantize.h"
#include "kernels/superblock.h"

namespace edgesim::kernels {
namespace {

using testing::ElementsAre;

// Values spread as sums of four uniform ones, of variance 1.
std::vector<float> Noise(std::size_t count, std::uint32_t seed) {
  std::vector<float> values(count);
  std::uint32_t state = seed;
  for (float& value : values) {
    double sum = -2;
    for (int i = 0; i < 4; ++i) {
      state = state * 1664525U + 1013904223U;
      sum += state * 0x1p-32;
    }
    value = static_cast<float>(sum * std::sqrt(3.0));
  }
  return values;
}

struct Case {
  BlockMatrix Weights() const { return {format, rows, columns, blocks.data()}; }
  Activations X() const { return {x.data(), n, columns}; }

  WeightFormat format;
  std::size_t rows, columns, n;
  std::vector<std::byte> blocks{};
  std::vector<float> x{};
};

Case Random(WeightFormat format, std::size_t rows, std::size_t columns, std::size_t n) {
  Case made = {format, rows, columns, n};
  made.blocks.resize(MatrixBytes(format, rows, columns));
  QuantizeMatrix(format, Noise(rows * columns, 1), rows, columns, made.blocks.data());
  made.x = Noise(n * columns, 2);
  return made;
}

TEST(Reference, ProductsOfFloatsByHand) {
  const float weights[] = {1, 2, 3, -4, 5, 0.5F};      // 2 x 3
  const float x[] = {1, 10, 100, -1, 0.5F, 0, 2, -1};  // 2 columns, 4 apart
  std::byte blocks[sizeof(weights)];
  std::memcpy(blocks, weights, sizeof(weights));
  const BlockMatrix matrix = {WeightFormat::kF32, 2, 3, blocks};
  const Activations activations = {x, 2, 4};
  EXPECT_THAT(ReferenceMatMul(matrix, activations), ElementsAre(321, 96, 6.5, -1));
  EXPECT_THAT(ReferenceMatMulQuantized(matrix, activations), ElementsAre(321, 96, 6.5, -1));
  EXPECT_THAT(ActivationBudget(matrix, activations), ElementsAre(0, 0, 0, 0));
  // Most in four chains, none of which three columns fill: products 1 20 300, sums 1 21 321, and
  // 321 again for each chain that joins.
  const std::vector<double> budget = AccumulationBudget(matrix, activations);
  EXPECT_DOUBLE_EQ(budget[0], 1.01 * 0x1p-24 * (321 + 343 + 3 * 321) + 9 * 0x1p-149);
  EXPECT_DOUBLE_EQ(budget[1], 1.01 * 0x1p-24 * (104 + 4 + 46 + 96 + 3 * 96) + 9 * 0x1p-149);
}

TEST(Reference, ActivationsAreQuantisedByHand) {
  std::vector<float> x(96);
  x[0] = -254;  // d = 2
  x[1] = 3;     // 1.5: to even, 2
  x[2] = 5;     // 2.5: to even, 2
  x[3] = 5.01F;
  x[40] = 127 * 0x1p-100F;
  x[41] = -0x1p-100F;
  x[70] = kLeastActivation;
  const QuantizedColumn quantized = QuantizeColumn(32, x);
  EXPECT_THAT(quantized.d, ElementsAre(2, 0x1p-100F, 0));
  std::vector<std::int8_t> expected(96);
  expected[0] = -127;
  expected[1] = 2;
  expected[2] = 2;
  expected[3] = 3;
  expected[40] = 127;
  expected[41] = -1;
  EXPECT_EQ(quantized.q, expected);
  EXPECT_EQ(ActivationBlockOf(WeightFormat::kQ4_0), 32U);
  EXPECT_EQ(ActivationBlockOf(WeightFormat::kQ2_K), 256U);
  EXPECT_EQ(ActivationBlockOf(WeightFormat::kBF16), 0U);
}

TEST(Reference, ProductsWithQuantisedActivationsByHand) {
  BlockQ8_0 block{.d = FloatToHalf(0.5F), .q = {2, -4, 6}};  // weights 1, -2, 3
  std::byte blocks[sizeof(block)];
  std::memcpy(blocks, &block, sizeof(block));
  std::vector<float> x(32);
  x[0] = 127;     // d = 1
  x[1] = 3.25F;   // 3
  x[2] = -0.75F;  // -1
  const BlockMatrix matrix = {WeightFormat::kQ8_0, 1, 32, blocks};
  const Activations activations = {x.data(), 1, 32};
  EXPECT_THAT(ReferenceMatMul(matrix, activations), ElementsAre(127 - 6.5 - 2.25));
  EXPECT_THAT(ReferenceMatMulQuantized(matrix, activations), ElementsAre(127 - 6 - 3));
  EXPECT_DOUBLE_EQ(ActivationBudget(matrix, activations)[0], 6 * 0.5 * (1 + 0x1p-14));
  // 118, three times: the product of weights and their scale, with the activations', and the sum.
  EXPECT_DOUBLE_EQ(AccumulationBudget(matrix, activations)[0],
                   1.01 * 0x1p-24 * 3 * (127 - 6 - 3) + 3 * 0x1p-149);
}

// Mins and scales are added separately: where they cancel, errors are relative to their sizes.
TEST(Reference, BudgetCountsMinsByTheirOwnSize) {
  SuperBlockCodes codes;
  codes.d = codes.dmin = FloatToHalf(1);
  codes.scale[0] = 3;
  codes.min[0] = 6;
  codes.code.fill(2);  // 3 * 2 - 6 = 0; other sub-blocks have no scale
  std::byte block[sizeof(BlockQ4_K)];
  PackSuperBlock(WeightFormat::kQ4_K, codes, block);
  const std::vector<float> x(256, 127);
  const BlockMatrix matrix = {WeightFormat::kQ4_K, 1, 256, block};
  // Product, sum, product of the min; in all else the sums are 0.
  EXPECT_NEAR(AccumulationBudget(matrix, {x.data(), 1, 256})[0] / 0x1p-24,
              1.01 * 3 * (32 * 6 * 127), 1);
  EXPECT_EQ(ActivationBudget(matrix, {x.data(), 1, 256})[0], 0);
}

TEST(Reference, QuantisedActivationsStayWithinTheirBudgetAndUseIt) {
  for (const WeightFormat format : kAllFormats) {
    if (ActivationBlockOf(format) == 0) continue;
    const Case made = Random(format, 16, 1024, 8);
    const auto exact = ReferenceMatMul(made.Weights(), made.X());
    const auto quantised = ReferenceMatMulQuantized(made.Weights(), made.X());
    const auto budget = ActivationBudget(made.Weights(), made.X());
    double most = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      most = std::max(most, std::abs(quantised[i] - exact[i]) / budget[i]);
    }
    EXPECT_LT(most, 0.3) << InfoOf(format).name;   // errors of 1024 terms mostly cancel
    EXPECT_GT(most, 0.02) << InfoOf(format).name;  // sqrt(1024 / 3) of 1024: 0.02 in the mean
  }
  // One term, half a step off, fills it.
  BlockQ8_0 block{.d = FloatToHalf(1), .q = {0, 1}};
  std::byte blocks[sizeof(block)];
  std::memcpy(blocks, &block, sizeof(block));
  std::vector<float> x(32);
  x[0] = 127;
  x[1] = 0.5F;
  const BlockMatrix matrix = {WeightFormat::kQ8_0, 1, 32, blocks};
  EXPECT_EQ(ReferenceMatMulQuantized(matrix, {x.data(), 1, 32})[0], 0);
  EXPECT_NEAR(ActivationBudget(matrix, {x.data(), 1, 32})[0], 0.5, 1e-4);
}

double WorstOfBudget(const Case& made, Isa isa) {
  std::vector<float> out(made.rows * made.n);
  MatMulWorkspace workspace;
  MatMul(PackedMatrix(made.format, made.rows, made.columns, made.blocks), made.X(), out.data(),
         made.rows, workspace, isa);
  const auto expected = ReferenceMatMulQuantized(made.Weights(), made.X());
  const auto budget = AccumulationBudget(made.Weights(), made.X());
  double worst = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    worst = std::max(worst, std::abs(out[i] - expected[i]) / budget[i]);
  }
  return worst;
}

TEST(Reference, TheFastProductKeepsTheBudget) {
  for (const Isa isa : AvailableIsas()) {
    for (const WeightFormat format : kAllFormats) {
      EXPECT_LT(WorstOfBudget(Random(format, 32, 4096, 3), isa), 1)
          << InfoOf(format).name << ' ' << NameOf(isa);
    }
  }
}

// An error of this many budgets shows even where rounding of the other sign takes half of one.
constexpr double kNoticed = 1.5;

// Changes the code of one weight of row 0 by one.
void Spoil(Case& made, std::size_t column) {
  std::byte* const block =
      made.blocks.data() + column / InfoOf(made.format).block * InfoOf(made.format).block_bytes;
  if (IsKFormat(made.format)) {
    SuperBlockCodes codes = UnpackSuperBlock(made.format, block);
    codes.code[column % kSuperBlock] ^= 1U;
    PackSuperBlock(made.format, codes, block);
  } else if (made.format == WeightFormat::kQ4_0 || made.format == WeightFormat::kQ5_0) {
    const std::size_t nibbles = InfoOf(made.format).block_bytes - 16;
    block[nibbles + column % 16] ^= (column % 32 < 16 ? std::byte{0x01} : std::byte{0x10});
  } else if (made.format == WeightFormat::kQ8_0) {
    block[2 + column % 32] ^= std::byte{0x01};
  }
}

// Of 4096 weights one is off by one code: unless its activation is tiny, that is beyond what
// rounding explains.
TEST(Reference, OneWrongCodeBreaksTheBudget) {
  for (const WeightFormat format : kAllFormats) {
    if (ActivationBlockOf(format) == 0) continue;
    const Case made = Random(format, 1, 4096, 1);
    const auto expected = ReferenceMatMulQuantized(made.Weights(), made.X());
    const double budget = AccumulationBudget(made.Weights(), made.X())[0];
    int spoilt = 0, caught = 0;
    for (std::size_t column = 5; column < made.columns; column += 37) {
      Case wrong = made;
      Spoil(wrong, column);
      const double found = ReferenceMatMulQuantized(wrong.Weights(), wrong.X())[0];
      ++spoilt;
      if (std::abs(found - expected[0]) > kNoticed * budget) ++caught;
    }
    EXPECT_GE(caught, spoilt - 1) << InfoOf(format).name;
  }
}

TEST(Reference, OneWrongScaleBreaksTheBudget) {
  for (const WeightFormat format : kAllFormats) {
    if (!IsKFormat(format)) continue;
    Case made = Random(format, 1, 4096, 1);
    const double expected = ReferenceMatMulQuantized(made.Weights(), made.X())[0];
    const double budget = AccumulationBudget(made.Weights(), made.X())[0];
    for (std::size_t s = 0; s < kSuperBlock / LayoutOf(format).sub_block; ++s) {
      Case wrong = made;
      SuperBlockCodes codes = UnpackSuperBlock(format, wrong.blocks.data());
      codes.scale[s] = static_cast<std::int8_t>(codes.scale[s] ^ 1);
      PackSuperBlock(format, codes, wrong.blocks.data());
      const double found = ReferenceMatMulQuantized(wrong.Weights(), wrong.X())[0];
      EXPECT_GT(std::abs(found - expected), kNoticed * budget) << InfoOf(format).name << ' ' << s;
    }
  }
}

}  // namespace
}  // namespace edgesim::kernels
