// Numbers beyond a double's exponents.
#include "devices/wide_double.h"

#include <gtest/gtest.h>

namespace edgesim {
namespace {

TEST(WideDouble, KeepsEveryBitOfADouble) {
  for (const double x : {0.0, 1.0, 0.1, 3e-300, 7e300, 5e-324, 1.7e308, 0x1p256, 0x1p-256})
    EXPECT_EQ(WideDouble(x).ToDouble(), x);
}

TEST(WideDouble, ProductsAndQuotientsRoundAsDoublesDo) {
  const WideDouble tiny = WideDouble::Exp(-5000), a(0.1), b(3.7);
  EXPECT_EQ(((a * tiny) * b / tiny).ToDouble(), 0.1 * 3.7);
  EXPECT_EQ((a / tiny * tiny).ToDouble(), 0.1);
  EXPECT_EQ((a * 3.7).ToDouble(), 0.1 * 3.7);
}

TEST(WideDouble, SumsOfSizesFarApart) {
  const WideDouble one(1), tiny = WideDouble::Exp(-5000);
  EXPECT_EQ((one + tiny).ToDouble(), 1);
  EXPECT_EQ((tiny + one).ToDouble(), 1);
  EXPECT_EQ(((tiny + tiny) / tiny).ToDouble(), 2);
  // On both sides of the change of exponent, 2^256.
  EXPECT_EQ((WideDouble(0x1p257) + WideDouble(0x1p255)).ToDouble(), 0x1.4p257);
  EXPECT_EQ((WideDouble(0x1p255) + WideDouble(0x1p257)).ToDouble(), 0x1.4p257);
  EXPECT_EQ((WideDouble() + tiny).Log(), tiny.Log());
  EXPECT_EQ((tiny + WideDouble()).Log(), tiny.Log());
  EXPECT_TRUE((WideDouble() + WideDouble()).IsZero());
}

TEST(WideDouble, ExpAndLogAreInverse) {
  for (const double x :
       {0.0, -1.0, 100.0, -169.9, -170.1, -354.0, -355.0, 5000.0, -1e5, -3e9, -9e14})
    EXPECT_NEAR(WideDouble::Exp(x).Log(), x, 1e-14 * std::abs(x)) << x;
  EXPECT_TRUE(WideDouble::Exp(-std::numeric_limits<double>::infinity()).IsZero());
  EXPECT_TRUE(WideDouble::Exp(-2e15).IsZero());
}

TEST(WideDouble, RunsOutOnlyAsADouble) {
  EXPECT_EQ(WideDouble::Exp(-1e5).ToDouble(), 0);
  EXPECT_EQ(WideDouble::Exp(1e5).ToDouble(), std::numeric_limits<double>::infinity());
  EXPECT_FALSE(WideDouble::Exp(-1e5).IsZero());
  EXPECT_TRUE((WideDouble::Exp(-1e5) * 0.0).IsZero());
}

TEST(WideDouble, IsLargeBeyondTheWindowsRange) {
  EXPECT_FALSE(WideDouble(1e77).IsLarge());
  EXPECT_TRUE(WideDouble(1e78).IsLarge());
  EXPECT_FALSE(WideDouble(1e-300).IsLarge());
  EXPECT_FALSE(WideDouble(1e-77).IsSmall());
  EXPECT_TRUE(WideDouble(1e-78).IsSmall());
  EXPECT_TRUE(WideDouble().IsSmall());
  EXPECT_FALSE(WideDouble(1e300).IsSmall());
}

}  // namespace
}  // namespace edgesim
