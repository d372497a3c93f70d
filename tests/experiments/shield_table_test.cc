// Tests for experiments/shield_table.cc.
#include "experiments/shield_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/actions_table.h"
#include "sim/input_error.h"
#include "tests/experiments/preset_experiment.h"

namespace edgesim {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

// The laws are stated, so the bounds are the probabilities: 0, 30 % and 55 %.
TEST(ShieldTables, SayWhatIsMaskedAndWhy) {
  const PlannedExperiment planned(
      BuildPreset("s3_powercap", {"power_cap.exceedance_reward=0",
                                  "policies=[{kind: random, shield: {epsilon: 0.3}}, "
                                  "{kind: q-learning, shield: {epsilon: 0.2}}, "
                                  "{name: other, kind: q-learning, shield: {epsilon: 0.2}}]"}));
  const std::string tables = ShieldTables(*planned.built, planned.model);
  EXPECT_THAT(tables, ContainsRegex("shield 20 % +a0 .* a5 +in place of x\n-+\n"
                                    "all +0.00 < 0.00.*30.00 < 30.00 x +55.00 < 55.00 x +a3\n"));
  EXPECT_THAT(tables, ContainsRegex("shield 30 % .*\n.*\nall .* 30.00 < 30.00  .* x +a4\n"));
  EXPECT_EQ(tables.find("shield 20 %"), tables.rfind("shield 20 %"));  // one table per epsilon
  EXPECT_THAT(ActionsTable(*planned.built), HasSubstr(tables));
}

TEST(ShieldTables, WhereAllIsMaskedRequestsAreRejected) {
  const PlannedExperiment planned(
      BuildPreset("s3_powercap", {"policies=[{kind: random, shield: {epsilon: 0.1}}]",
                                  "power_cap.limit_w=5", "workload.classes=[light, heavy]"}));
  const std::string table = ShieldTables(*planned.built, planned.model);
  EXPECT_THAT(table, ContainsRegex("light +100.00 < 100.00 x .* rejected\n"));
  EXPECT_THAT(table, ContainsRegex("heavy +100.00 < 100.00 x .* rejected\n"));
}

TEST(ShieldTables, NothingWithoutAShield) {
  const PlannedExperiment planned(BuildPreset("s3_powercap"));
  EXPECT_EQ(ShieldTables(*planned.built, planned.model), "");
  EXPECT_THAT(ActionsTable(*planned.built), Not(HasSubstr("shield")));
}

TEST(ShieldTables, AShieldNeedsACap) {
  EXPECT_THAT(
      [] { BuildPreset("s2_brownout", {"policies=[{kind: random, shield: {epsilon: 0.1}}]"}); },
      testing::ThrowsMessage<InputError>(
          HasSubstr("a shield bounds how often 'power_cap' is exceeded; there is none")));
}

}  // namespace
}  // namespace edgesim
