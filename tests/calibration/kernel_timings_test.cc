#include "calibration/kernel_timings.h"

#include <gtest/gtest.h>

#include "kernels/unpack_row.h"
#include "tests/support/ticking_clock.h"

namespace edgesim {
namespace {

TEST(KernelTimings, TimesEveryProductAndOperationOfThePlan) {
  TickingClock ticks;
  SpeedProbe probe(ticks.Clock(), kernels::FastestIsa(), 1 << 25);
  TimingPlan plan;
  plan.products.push_back({TensorFormat::kQ4_0, {{64, 64}, {32, 128}}, 3, true});
  plan.products.push_back({TensorFormat::kF16, {{16, 32}}, 1, false});
  plan.operations.push_back({.kind = OpKind::kAttention,
                             .tokens = 2,
                             .width = 64,
                             .heads = 4,
                             .kv_heads = 2,
                             .head_dim = 16,
                             .context = 5});
  plan.operations.push_back({.kind = OpKind::kEmbed,
                             .tokens = 2,
                             .width = 32,
                             .format = TensorFormat::kQ8_0,
                             .rows = 64,
                             .columns = 32});
  plan.operations.push_back({.kind = OpKind::kArgmax, .width = 1, .columns = 300});
  std::vector<std::size_t> progress;
  const ThreadTimings timings =
      TimeKernels(plan, 1, ticks.Clock(), {.least_runs = 3, .round_s = 0, .cold_bytes = 1 << 16},
                  probe, kernels::FastestIsa(), [&](std::size_t done, std::size_t of) {
                    progress.push_back(done);
                    EXPECT_EQ(of, 5U);
                  });
  EXPECT_EQ(timings.threads, 1U);
  ASSERT_EQ(timings.products.size(), 2U);
  ASSERT_EQ(timings.operations.size(), 3U);
  EXPECT_EQ(timings.products[0].products, plan.products[0]);
  EXPECT_EQ(timings.operations[1].op.kind, OpKind::kEmbed);
  EXPECT_EQ(progress, (std::vector<std::size_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(timings.tally.rounds, 5U);
  for (const MatMulTiming& t : timings.products) EXPECT_NEAR(t.timing.median_s, ticks.step_s, 1e-9);
  for (const OpTiming& t : timings.operations) EXPECT_EQ(t.timing.runs, 3U);
}

TEST(KernelTimings, GaussianMatricesRepeatTheirRows) {
  const kernels::PackedMatrix matrix = GaussianMatrix(TensorFormat::kF32, 200, 32);
  EXPECT_EQ(matrix.rows(), 200U);
  std::vector<float> first(32), again(32), other(32);
  kernels::UnpackRow(matrix, 1, first);
  kernels::UnpackRow(matrix, 65, again);
  kernels::UnpackRow(matrix, 2, other);
  EXPECT_EQ(first, again);
  EXPECT_NE(first, other);
  double square = 0;
  for (const float w : first) square += double{w} * w;
  EXPECT_NEAR(square / 32, 1, 0.8);
}

}  // namespace
}  // namespace edgesim
