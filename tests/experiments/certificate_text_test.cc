// Tests for experiments/certificate_text.cc on a hand-made summary.
#include "experiments/certificate_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/experiments/preset_experiment.h"

namespace edgesim {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

Certificate Of(ConstraintVerdict verdict, double mean, std::optional<std::uint64_t> needed) {
  return {.constraint = {.kind = CostKind::kBrownOut, .limit = 0.01},
          .cost = {.mean = mean, .ci95 = Interval{0, 2 * mean}},
          .verdict = verdict,
          .episodes_needed = needed};
}

PolicySummary Row(const std::string& name, PolicySort sort, double reward, Certificate c) {
  PolicySummary row{.name = name, .sort = sort, .reward = {.mean = reward, .ci95 = {}}};
  row.regret = Estimate{.mean = 15 - reward, .ci95 = {}};
  row.above_constant = Estimate{.mean = reward - 13, .ci95 = {}};
  row.constraints = {std::move(c)};
  return row;
}

TEST(CertificateTable, SaysWhatIsKeptAndWhatItWouldTake) {
  const auto built =
      BuildPreset("s2_brownout", {"energy_budget.mode=chance", "energy_budget.delta=0.01"});
  RunSummary summary;
  summary.optimum_simulated = Estimate{.mean = 15, .ci95 = {}};
  summary.best_constant = "always-a1";
  summary.lambda = {2.917};
  summary.policies = {
      Row("best", PolicySort::kPlanner, 15, Of(ConstraintVerdict::kMet, 0.004, 299)),
      Row("learner", PolicySort::kLearner, 14.25, Of(ConstraintVerdict::kOpen, 0.009, 12345)),
      Row("reckless", PolicySort::kRule, 13.5, Of(ConstraintVerdict::kBroken, 0.2, {})),
      Row("always-a1", PolicySort::kConstant, 13, Of(ConstraintVerdict::kMet, 0.001, 299)),
      Row("always-a2", PolicySort::kConstant, 12, Of(ConstraintVerdict::kMet, 0.001, 299))};
  const std::string table = CertificateTable(*built, summary);
  EXPECT_THAT(table, ContainsRegex("certificate +% of optimum +gap to it +over always-a1 +"
                                   "P\\(brown-out\\) <= 0.01 +kept +episodes needed\n"));
  EXPECT_THAT(table, ContainsRegex("\nbest +100.0 +0.000 +2.000 +0.0040 .* yes +299\n"));
  EXPECT_THAT(table, ContainsRegex("\nlearner +95.0 +0.750 +1.250 +0.0090 .* open +12345\n"));
  EXPECT_THAT(table, ContainsRegex("\nreckless +90.0 +1.500 +0.500 +0.2000 .* NO +never\n"));
  EXPECT_THAT(table, HasSubstr("\nalways-a1 "));
  EXPECT_THAT(table, Not(HasSubstr("always-a2")));
  EXPECT_THAT(table, HasSubstr("multiplier of P(brown-out): 2.917 at the optimum\n"));
}

TEST(CertificateTable, NothingWhereThereIsNothingToHoldAgainst) {
  EXPECT_EQ(CertificateTable(*BuildPreset("s2_brownout"), {}), "");
}

}  // namespace
}  // namespace edgesim
