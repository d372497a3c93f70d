#include "kernels/half.h"

#include <gtest/gtest.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cmath>
#include <limits>

namespace edgesim::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
static_assert(HalfToFloat(0x3C00) == 1.0F && FloatToHalf(1.0F) == 0x3C00);  // usable in constants
static_assert(Bfloat16ToFloat(0x3F80) == 1.0F && FloatToBfloat16(1.0F) == 0x3F80);

// The definition of binary16, in double: sign, 5 bits of exponent (bias 15), 10 of fraction.
double ByDefinition(Half half) {
  const int exponent = (half >> 10) & 31;
  const int fraction = half & 1023;
  double value = exponent == 0    ? std::ldexp(fraction, -24)
                 : exponent == 31 ? (fraction == 0 ? kInfinity : std::nan(""))
                                  : std::ldexp(1024 + fraction, exponent - 25);
  return std::copysign(value, (half & 0x8000) != 0 ? -1.0 : 1.0);
}

TEST(Half, EveryBitPatternHasItsValueAndComesBack) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<Half>(bits);
    const float value = HalfToFloat(half);
    const double expected = ByDefinition(half);
    EXPECT_EQ(std::signbit(value), std::signbit(expected)) << bits;
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(value)) << bits;
      EXPECT_EQ(FloatToHalf(value), bits | 0x200U);  // quiet, payload kept
    } else {
      EXPECT_EQ(value, expected) << bits;
      EXPECT_EQ(FloatToHalf(value), bits);
    }
  }
}

TEST(Half, RoundsToNearestAndTiesToEvenBetweenAllNeighbours) {
  for (std::uint32_t bits = 0; bits < 0x7C00; ++bits) {
    const double low = ByDefinition(static_cast<Half>(bits));
    const double high = bits == 0x7BFF ? 65536.0 : ByDefinition(static_cast<Half>(bits + 1));
    const auto tie = static_cast<float>((low + high) / 2);  // exact: 12 bits
    const Half even = static_cast<Half>((bits & 1U) == 0 ? bits : bits + 1);
    ASSERT_EQ(FloatToHalf(tie), even) << bits;
    ASSERT_EQ(FloatToHalf(-tie), even | 0x8000) << bits;
    ASSERT_EQ(FloatToHalf(std::nextafter(tie, 0.0F)), bits);
    ASSERT_EQ(FloatToHalf(std::nextafter(tie, kInfinity)), bits + 1);
  }
  EXPECT_EQ(FloatToHalf(std::numeric_limits<float>::denorm_min()), 0);
  EXPECT_EQ(FloatToHalf(std::numeric_limits<float>::max()), 0x7C00);
  EXPECT_EQ(FloatToHalf(-kInfinity), 0xFC00);
}

TEST(Half, Bfloat16RoundsToNearestEven) {
  EXPECT_EQ(FloatToBfloat16(std::bit_cast<float>(0x3F808000U)), 0x3F80);  // tie, even below
  EXPECT_EQ(FloatToBfloat16(std::bit_cast<float>(0x3F818000U)), 0x3F82);  // tie, even above
  EXPECT_EQ(FloatToBfloat16(std::bit_cast<float>(0x3F808001U)), 0x3F81);
  EXPECT_EQ(FloatToBfloat16(std::bit_cast<float>(0x3F817FFFU)), 0x3F81);
  EXPECT_EQ(FloatToBfloat16(std::bit_cast<float>(0x7F7FFFFFU)), 0x7F80);  // overflow
  EXPECT_EQ(FloatToBfloat16(-0.0F), 0x8000);
  EXPECT_EQ(FloatToBfloat16(std::bit_cast<float>(0x7F800001U)), 0x7FC0);  // a NaN stays one
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const float value = Bfloat16ToFloat(static_cast<Bfloat16>(bits));
    ASSERT_EQ(FloatToBfloat16(value), std::isnan(value) ? bits | 0x40U : bits);
  }
}

#if defined(__x86_64__)
__attribute__((target("f16c"))) Half HardwareHalf(float value) {
  return _cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT);
}
__attribute__((target("f16c"))) float HardwareFloat(Half half) { return _cvtsh_ss(half); }

TEST(Half, AgreesWithTheProcessor) {
  if (!__builtin_cpu_supports("f16c")) GTEST_SKIP() << "no F16C";
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<Half>(bits);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(HalfToFloat(half)),
              std::bit_cast<std::uint32_t>(HardwareFloat(half)))
        << bits;
  }
  for (std::uint64_t bits = 0; bits < (1ULL << 32); bits += 997) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    ASSERT_EQ(FloatToHalf(value), HardwareHalf(value)) << bits;
  }
}
#endif

}  // namespace
}  // namespace edgesim::kernels
