// Windows of segment weights whose sizes drift apart.
#include "devices/segment_window.h"

#include <gtest/gtest.h>

#include <numbers>

namespace edgesim {
namespace {

double LogWeight(SegmentWindow& window, std::ptrdiff_t position) {
  return (window.product() * WideDouble(*window.At(position))).Log();
}

TEST(SegmentWindow, KeepsWeightsThroughManyFactors) {
  SegmentWindow window(10, 10);
  double log_product = 0;
  for (std::ptrdiff_t t = 0; t < 10; ++t) {
    window.Enter(WideDouble::Exp(log_product), t, 0, t + 1);
    window.Multiply(WideDouble::Exp(t % 3 == 0 ? -150 : 40), 0, t + 1);
    log_product += t % 3 == 0 ? -150 : 40;
  }
  for (std::ptrdiff_t t = 0; t < 10; ++t) EXPECT_NEAR(LogWeight(window, t), log_product, 1e-9) << t;
}

TEST(SegmentWindow, AHugeEntryBecomesTheMeasure) {
  SegmentWindow window(4, 4);
  window.Enter(WideDouble(1), 0, 0, 1);
  window.Enter(WideDouble::Exp(550), 1, 0, 2);  // 2^793
  EXPECT_EQ(*window.At(0), 1);
  window.Enter(WideDouble::Exp(600), 2, 0, 3);  // 2^866
  EXPECT_EQ(*window.At(2), 1);
  EXPECT_NEAR(LogWeight(window, 0), 0, 1e-12);
  EXPECT_NEAR(LogWeight(window, 1), 550, 1e-12);
  EXPECT_NEAR(LogWeight(window, 2), 600, 1e-12);
}

TEST(SegmentWindow, ATinyEntryInAnEmptyWindowIsKept) {
  SegmentWindow window(4, 4);
  window.Enter(WideDouble(1), 0, 0, 1);
  window.Multiply(WideDouble(), 0, 1);
  window.Enter(WideDouble::Exp(-30000), 1, 0, 2);
  EXPECT_NEAR(LogWeight(window, 1), -30000, 1e-9);
  EXPECT_EQ(*window.At(0), 0);
  window.Enter(WideDouble::Exp(-30001), 2, 0, 3);
  EXPECT_NEAR(LogWeight(window, 2), -30001, 1e-9);
}

TEST(SegmentWindow, ATinyEntryIsKeptOnceTheHeavyOneHasLeft) {
  SegmentWindow window(4, 4);
  window.Enter(WideDouble(1), 0, 0, 1);
  window.Enter(WideDouble::Exp(-30000), 1, 1, 2);  // 0 is no longer live
  EXPECT_NEAR(LogWeight(window, 1), -30000, 1e-9);
}

TEST(SegmentWindow, FoldBringsTheHeaviestBack) {
  SegmentWindow window(4, 4);
  window.Enter(WideDouble(1), 0, 0, 1);
  window.Enter(WideDouble(1e-100), 1, 0, 2);
  window.Enter(WideDouble(1e-120), 2, 0, 3);
  EXPECT_EQ(window.Fold(0, 3), 1);  // nothing to do while 0 is live
  const double scale = window.Fold(1, 3);
  EXPECT_EQ(*window.At(1), scale * 1e-100);
  EXPECT_GE(*window.At(1), 1);
  EXPECT_LT(*window.At(1), 2);
  EXPECT_NEAR(LogWeight(window, 1), std::log(1e-100), 1e-12);
  EXPECT_NEAR(LogWeight(window, 2), std::log(1e-120), 1e-12);
}

TEST(SegmentWindow, FoldFarDownDoesNotRunOut) {
  SegmentWindow window(4, 4);
  window.Enter(WideDouble(1), 0, 0, 1);
  window.Enter(WideDouble(0x1p-1020), 1, 0, 2);
  window.Multiply(WideDouble(0x1p-250), 0, 2);  // as small as the product's double gets
  window.Fold(1, 2);
  EXPECT_FALSE(window.product().IsZero());
  EXPECT_NEAR(LogWeight(window, 1), -1270 * std::numbers::ln2, 1e-9);
  window.Enter(WideDouble::Exp(-1270 * std::numbers::ln2), 2, 1, 3);
  EXPECT_NEAR(LogWeight(window, 2), -1270 * std::numbers::ln2, 1e-9);
}

TEST(SegmentWindow, PossibleStays) {
  const Eigen::Vector4d pmf(0, 0.5, 0.5, 1e-310), survivor(1, 1, 0.5, 1e-310);
  EXPECT_EQ(Possible(pmf, survivor).first, 2);
  EXPECT_EQ(Possible(pmf, survivor).last, 3);
  const Eigen::Vector2d never(0, 0);
  EXPECT_EQ(Possible(never, never).last, 0);
  EXPECT_EQ(Possible(never, never).first, 1);
}

}  // namespace
}  // namespace edgesim
