#include "calibration/in_parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace edgesim {
namespace {

TEST(InParallel, RunsEveryBodyAndThrowsTheFirstError) {
  std::vector<int> ran(100);
  try {
    InParallel(ran.size(), [&](std::size_t i) {
      ran[i] = 1;
      if (i % 30 == 7) throw std::runtime_error(std::to_string(i));
    });
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "7");
  }
  EXPECT_EQ(ran, std::vector<int>(100, 1));
}

TEST(InParallel, AnErrorDoesNotCutShortLoopsWithinOtherBodies) {
  for (int repeat = 0; repeat < 200; ++repeat) {
    std::atomic<int> whole = 0;
    EXPECT_THROW(InParallel(8,
                            [&](std::size_t i) {
                              if (i == 3) throw std::runtime_error("three");
                              std::vector<int> inner(50);
                              InParallel(inner.size(), [&](std::size_t k) { inner[k] = 1; });
                              if (inner == std::vector<int>(50, 1)) ++whole;
                            }),
                 std::runtime_error);
    ASSERT_EQ(whole, 7);
  }
}

}  // namespace
}  // namespace edgesim
