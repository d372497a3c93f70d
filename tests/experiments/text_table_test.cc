// Tests for experiments/text_table.cc.
#include "experiments/text_table.h"

#include <gtest/gtest.h>

namespace edgesim {
namespace {

TEST(TextTable, AlignsColumns) {
  EXPECT_EQ(TextTable({{"name", "x"}, {"a", "10.5"}, {"longer", "2"}}),
            "name       x\n"
            "------------\n"
            "a       10.5\n"
            "longer     2\n");
}

TEST(TextTable, ShowsEstimates) {
  EXPECT_EQ(Show(Estimate{.mean = 1.239, .ci95 = Interval{1.2, 1.3}}, 2), "1.24 [1.20, 1.30]");
  EXPECT_EQ(Show(Estimate{.mean = 0.5, .ci95 = {}}, 1, 100), "50.0");
  EXPECT_EQ(Show(std::optional<Estimate>(), 1), "-");
}

}  // namespace
}  // namespace edgesim
