#include "kernels/formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

namespace edgesim::kernels {
namespace {

TEST(Formats, BitsPerWeightAreThoseOfGguf) {
  const std::pair<WeightFormat, double> bits[] = {
      {WeightFormat::kF32, 32},     {WeightFormat::kF16, 16},      {WeightFormat::kBF16, 16},
      {WeightFormat::kQ8_0, 8.5},   {WeightFormat::kQ6_K, 6.5625}, {WeightFormat::kQ5_K, 5.5},
      {WeightFormat::kQ4_K, 4.5},   {WeightFormat::kQ4_0, 4.5},    {WeightFormat::kQ3_K, 3.4375},
      {WeightFormat::kQ2_K, 2.625}, {WeightFormat::kQ5_0, 5.5},
  };
  ASSERT_EQ(std::size(bits), std::size(kAllFormats));
  std::set<std::string> names;
  for (const auto& [format, expected] : bits) {
    const FormatInfo& info = InfoOf(format);
    EXPECT_EQ(8.0 * static_cast<double>(info.block_bytes) / static_cast<double>(info.block),
              expected)
        << info.name;
    EXPECT_TRUE(names.insert(info.name).second);
  }
}

TEST(Formats, MatrixBytesCountWholeBlocks) {
  EXPECT_EQ(MatrixBytes(WeightFormat::kQ4_0, 3, 64), 3U * 2 * 18);
  EXPECT_EQ(MatrixBytes(WeightFormat::kQ6_K, 2, 512), 2U * 2 * 210);
  EXPECT_EQ(MatrixBytes(WeightFormat::kF16, 5, 7), 70U);
  EXPECT_THAT([] { MatrixBytes(WeightFormat::kQ4_K, 1, 128); },
              testing::ThrowsMessage<std::invalid_argument>(
                  "q4_k: 128 columns are no multiple of its block of 256"));
}

}  // namespace
}  // namespace edgesim::kernels
