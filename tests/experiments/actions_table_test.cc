// Tests for experiments/actions_table.cc.
#include "experiments/actions_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

TEST(ActionsTable, GivesCostRewardAndSource) {
  const std::string table =
      ActionsTable(*BuildSmall({"power_cap.limit_w=120", "optimum.draws=2000"}));
  // Measured means 803 J, 6.42 s, 5.57 and 586 J, 7.27 s, 6.89.
  EXPECT_THAT(table, ContainsRegex("qwen3-4b-q6_k +80[0-9] \\[.*6.4[0-9] \\[.*5.57 \\["));
  EXPECT_THAT(table, ContainsRegex("gemma-2-2b-it-q6_k +58[0-9] \\[.*7.2[0-9] \\[.*6.89 \\["));
  EXPECT_THAT(table, HasSubstr("over 120 W %"));
  EXPECT_THAT(table, HasSubstr("power: calibrated, "));
  EXPECT_THAT(ActionsTable(*BuildSmall()), Not(HasSubstr(" W %")));
}

}  // namespace
}  // namespace edgesim
