#include "kernels/yardsticks.h"

#include <gtest/gtest.h>
#include <tbb/task_arena.h>

#include <cstring>

#include "kernels/packed_matrix.h"

namespace edgesim::kernels {
namespace {

TEST(Yardsticks, EveryLoopReadsEveryWordOnce) {
  AlignedBytes bytes(4096 * 37);
  std::uint64_t expected = 0;
  for (std::uint64_t i = 0; i < bytes.size() / 8; ++i) {
    const std::uint64_t word = i * 0x9E3779B97F4A7C15U + 1;
    std::memcpy(bytes.data() + 8 * i, &word, 8);
    expected += word;
  }
  for (const Isa isa : AvailableIsas()) {
    for (const ReadLoop loop : kReadLoops) {
      for (const int threads : {1, 2}) {
        tbb::task_arena(threads).execute([&] {
          EXPECT_EQ(ReadMemory(loop, {bytes.data(), bytes.size()}, isa), expected)
              << NameOf(isa) << " loop " << static_cast<int>(loop);
        });
      }
    }
  }
}

TEST(Yardsticks, DotProductsAreAtLeastThoseAskedForOnEachThread) {
  for (const Isa isa : AvailableIsas()) {
    const double one = tbb::task_arena(1).execute([&] { return RunDotProducts(1e6, isa); });
    EXPECT_GE(one, 1e6);
    EXPECT_LE(one, 1.02e6);
    EXPECT_EQ(tbb::task_arena(2).execute([&] { return RunDotProducts(1e6, isa); }), 2 * one);
  }
}

}  // namespace
}  // namespace edgesim::kernels
