// Tests for experiments/record/clock.cc.
#include "experiments/record/clock.h"

#include <gtest/gtest.h>

#include <chrono>

namespace edgesim {
namespace {

TEST(Clock, IsTheMonotonicOneInSeconds) {
  // libstdc++'s steady_clock reads the same clock.
  const auto steady_s = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
  const double before_s = steady_s(), now_s = MonotonicSeconds(), after_s = steady_s();
  EXPECT_LE(before_s, now_s + 1e-6);
  EXPECT_LE(now_s, after_s + 1e-6);
}

}  // namespace
}  // namespace edgesim
