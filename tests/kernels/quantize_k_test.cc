#include "kernels/quantize_k.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "kernels/quantize.h"

namespace edgesim::kernels {
namespace {

constexpr WeightFormat kKFormats[] = {WeightFormat::kQ6_K, WeightFormat::kQ5_K, WeightFormat::kQ4_K,
                                      WeightFormat::kQ3_K, WeightFormat::kQ2_K};

std::vector<float> WeightsOf(WeightFormat format, const SuperBlockCodes& codes) {
  std::vector<std::byte> block(InfoOf(format).block_bytes);
  PackSuperBlock(format, codes, block.data());
  std::vector<float> weights(kSuperBlock);
  DequantizeRow(format, block.data(), weights);
  return weights;
}

SuperBlockCodes Quantized(WeightFormat format, const std::vector<float>& weights) {
  return QuantizeSuperBlock(format, std::span(weights).first<kSuperBlock>());
}

// Weights that a block holds exactly, and that show each scale by using its whole range of codes,
// come back as that very block: codes, scales, mins, d and dmin.
TEST(QuantizeK, FindsTheBlockItsWeightsCameFrom) {
  for (const WeightFormat format : kKFormats) {
    const SuperBlockLayout& layout = LayoutOf(format);
    for (unsigned round = 0; round < 50; ++round) {
      std::uint32_t state = round;
      const auto below = [&](int bound) {
        state = state * 1664525U + 1013904223U;
        return static_cast<int>(state >> 16) % bound;
      };
      SuperBlockCodes codes;
      codes.d = static_cast<Half>(0x2000 + below(0x400));
      if (layout.max_min > 0) codes.dmin = static_cast<Half>(0x2000 + below(0x400));
      for (std::size_t s = 0; s < kSuperBlock / layout.sub_block; ++s) {
        const int sign = layout.min_scale < 0 && below(2) == 0 ? -1 : 1;
        codes.scale[s] = static_cast<std::int8_t>(sign * (1 + below(layout.max_scale)));
        if (layout.max_min > 0) codes.min[s] = static_cast<std::uint8_t>(below(layout.max_min + 1));
        const std::size_t first = s * layout.sub_block;
        for (std::size_t i = 0; i < layout.sub_block; ++i) {
          codes.code[first + i] = static_cast<std::uint8_t>(below(layout.max_code + 1));
        }
        codes.code[first + static_cast<std::size_t>(below(8))] = 0;
        codes.code[first + 8 + static_cast<std::size_t>(below(8))] =
            static_cast<std::uint8_t>(layout.max_code);
      }
      codes.scale[3] =
          static_cast<std::int8_t>(layout.min_scale < 0 ? layout.min_scale : layout.max_scale);
      codes.min[5] = static_cast<std::uint8_t>(layout.max_min);
      const SuperBlockCodes found = Quantized(format, WeightsOf(format, codes));
      ASSERT_EQ(found.d, codes.d) << InfoOf(format).name << ' ' << round;
      ASSERT_EQ(found.dmin, codes.dmin) << InfoOf(format).name << ' ' << round;
      ASSERT_EQ(found.scale, codes.scale) << InfoOf(format).name << ' ' << round;
      ASSERT_EQ(found.min, codes.min) << InfoOf(format).name << ' ' << round;
      ASSERT_EQ(found.code, codes.code) << InfoOf(format).name << ' ' << round;
    }
  }
}

TEST(QuantizeK, EqualWeightsOfEitherSignAreHeldByTheMinOrTheScale) {
  for (const WeightFormat format : kKFormats) {
    for (const float weight : {3.0F, -3.0F}) {
      const std::vector<float> row(kSuperBlock, weight);
      const std::vector<float> back = WeightsOf(format, Quantized(format, row));
      for (const float found : back) EXPECT_NEAR(found, weight, 3 * 0x1p-10) << InfoOf(format).name;
    }
  }
}

// With one sub-block of scale 1 and fifteen a hundred times smaller, the small ones keep what
// multiples of d can express: each error is within half a step of theirs, or the weight itself.
TEST(QuantizeK, ErrorsStayWithinTheStepOfTheirSubBlock) {
  for (const WeightFormat format : kKFormats) {
    const SuperBlockLayout& layout = LayoutOf(format);
    std::vector<float> row(kSuperBlock);
    for (std::size_t i = 0; i < kSuperBlock; ++i) {
      row[i] = static_cast<float>(std::sin(1.0 + 2.7 * static_cast<double>(i))) *
               (i < layout.sub_block ? 1.0F : 0.01F);
    }
    const std::vector<float> back = WeightsOf(format, Quantized(format, row));
    const int codes = layout.max_code;
    for (std::size_t i = 0; i < kSuperBlock; ++i) {
      // The span of 2 over the codes, and as much again for clipping and rounded scales.
      const double allowed = i < layout.sub_block ? 2.0 / codes : 0.0101 + 1.0 / codes / 30;
      EXPECT_NEAR(back[i], row[i], allowed) << InfoOf(format).name << ' ' << i;
    }
  }
}

TEST(QuantizeK, ScalesBeyondAHalfAreNamed) {
  EXPECT_THAT([] { Quantized(WeightFormat::kQ2_K, std::vector<float>(kSuperBlock, -2e6F)); },
              testing::ThrowsMessage<std::invalid_argument>(
                  "q2_k: a scale of 2000000.000000 is beyond its range"));
  EXPECT_THROW(Quantized(WeightFormat::kQ6_K, std::vector<float>(kSuperBlock, 3e38F)),
               std::invalid_argument);
}

}  // namespace
}  // namespace edgesim::kernels
