// Tests of sim/quantization.h: the block sizes against the bits per weight that llama.cpp prints,
// names, and bytes of matrices.
#include "sim/quantization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(TensorFormat, BitsPerWeight) {
  EXPECT_EQ(BitsPerWeight(TensorFormat::kF32), 32);
  EXPECT_EQ(BitsPerWeight(TensorFormat::kF16), 16);
  EXPECT_EQ(BitsPerWeight(TensorFormat::kBF16), 16);
  EXPECT_EQ(BitsPerWeight(TensorFormat::kQ8_0), 8.5);
  EXPECT_EQ(BitsPerWeight(TensorFormat::kQ6_K), 6.5625);
  EXPECT_EQ(BitsPerWeight(TensorFormat::kQ5_K), 5.5);
  EXPECT_EQ(BitsPerWeight(TensorFormat::kQ5_0), 5.5);
  EXPECT_EQ(BitsPerWeight(TensorFormat::kQ4_K), 4.5);
  EXPECT_EQ(BitsPerWeight(TensorFormat::kQ4_0), 4.5);
  EXPECT_EQ(BitsPerWeight(TensorFormat::kQ3_K), 3.4375);
  EXPECT_EQ(BitsPerWeight(TensorFormat::kQ2_K), 2.625);
}

TEST(TensorFormat, NamesAreReadBackInAnyCase) {
  for (std::size_t i = 0; i < kTensorFormats.size(); ++i) {
    const auto format = static_cast<TensorFormat>(i);
    EXPECT_EQ(ParseTensorFormat(Name(format)), format);
  }
  EXPECT_EQ(ParseTensorFormat("Q6_K"), TensorFormat::kQ6_K);
  EXPECT_EQ(ParseTensorFormat("BF16"), TensorFormat::kBF16);
}

TEST(TensorFormat, UnknownNameSuggests) {
  try {
    ParseTensorFormat("q4k");
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("'q4k'"), HasSubstr("q8_0"), HasSubstr("did you mean 'q4_k'?")));
  }
}

TEST(TensorFormat, BytesOfMatrices) {
  EXPECT_EQ(MatrixBytes(TensorFormat::kF32, 3, 5), 60U);
  EXPECT_EQ(MatrixBytes(TensorFormat::kQ8_0, 2304, 9216), 2304U * 288 * 34);
  EXPECT_EQ(MatrixBytes(TensorFormat::kQ6_K, 1, 512), 420U);
  EXPECT_EQ(MatrixBytes(TensorFormat::kQ4_K, 0, 256), 0U);
}

TEST(TensorFormat, ARowIsWholeBlocks) {
  EXPECT_TRUE(HoldsColumns(TensorFormat::kQ4_K, 2304));
  EXPECT_FALSE(HoldsColumns(TensorFormat::kQ4_K, 6816));
  EXPECT_TRUE(HoldsColumns(TensorFormat::kQ8_0, 6816));
  try {
    MatrixBytes(TensorFormat::kQ4_K, 1, 6816);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("6816"), HasSubstr("q4_k blocks of 256")));
  }
}

}  // namespace
}  // namespace edgesim
