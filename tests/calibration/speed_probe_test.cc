#include "calibration/speed_probe.h"

#include <gtest/gtest.h>
#include <tbb/task_arena.h>

#include "tests/support/ticking_clock.h"

namespace edgesim {
namespace {

TEST(SpeedProbe, LikeMeansBothYardsticks) {
  const HostYardstick usual{.read_bytes_per_s = 100, .int8_operations_per_s = 1000};
  EXPECT_TRUE(IsLike({.read_bytes_per_s = 91, .int8_operations_per_s = 1090}, usual, 0.1));
  EXPECT_FALSE(IsLike({.read_bytes_per_s = 89, .int8_operations_per_s = 1000}, usual, 0.1));
  EXPECT_FALSE(IsLike({.read_bytes_per_s = 100, .int8_operations_per_s = 1111}, usual, 0.1));
}

TEST(SpeedProbe, TellsASlowMomentFromTheUsual) {
  tbb::task_arena(1).execute([] {
    TickingClock ticks;
    SpeedProbe probe(ticks.Clock(), kernels::FastestIsa(), 1 << 25);
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(probe.IsTypical(0.1));
    const HostYardstick usual = probe.Typical();
    EXPECT_EQ(usual.threads, 1U);
    EXPECT_NEAR(usual.read_bytes_per_s, (1 << 25) / ticks.step_s, 1);
    ticks.step_s *= 1.2;
    EXPECT_FALSE(probe.IsTypical(0.1));
    EXPECT_TRUE(probe.IsTypical(0.25));
    EXPECT_TRUE(IsLike(probe.Typical(), usual, 1e-9));  // the median is that of the usual still
    probe.Forget();
    EXPECT_TRUE(probe.IsTypical(0.1));
  });
}

}  // namespace
}  // namespace edgesim
