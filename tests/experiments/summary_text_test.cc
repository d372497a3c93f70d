// Tests for experiments/summary_text.cc: what is said follows the figures.
#include "experiments/summary_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/decision_model_estimate.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// A run of one learner, the optimum and one constant action; rewards per replica are spread by 0.1.
RunResult Hand(double learner, std::size_t replicas = 12) {
  RunResult result;
  result.optimum = {.none_because = "", .policy = "best", .computed = 10};
  const auto add = [&](const std::string& name, double reward, bool learns,
                       std::optional<ActionId> constant) {
    PolicyRun run{.name = name, .learns = learns, .constant = constant, .replicas = {}};
    for (std::size_t r = 0; r < replicas; ++r) {
      const double wiggle = name == "best" ? 0 : r % 2 == 0 ? 0.1 : -0.1;
      Replica replica{.eval = {{.reward = reward + wiggle, .served = 1}}};
      if (learns) replica.curve.assign(40, {.reward = reward, .budget_used = 0.9});
      run.replicas.push_back(replica);
    }
    result.policies.push_back(run);
  };
  add("always-x", 8, false, 0);
  add("best", 10, false, {});
  add("learner", learner, true, {});
  return result;
}

std::string Verdict(double learner, std::size_t replicas = 12) {
  const auto built = BuildSmall({"replicas=" + std::to_string(replicas)});
  return Verdicts(*built, Summarise(*built, Hand(learner, replicas)))[0];
}

TEST(Verdicts, SayHowFarHowAgainstTheConstantAndHowSure) {
  EXPECT_THAT(Verdict(9),
              HasSubstr("earns 9.00, 90.0 % of the optimum's 10.00 (1.00 [0.93, 1.07] short)"));
  EXPECT_THAT(Verdict(9), HasSubstr("it beats the best constant action, always-x (8.00), by 1.00"));
  EXPECT_THAT(Verdict(7), HasSubstr("the best constant action, always-x (8.00), beats it by 1.00"));
  EXPECT_THAT(Verdict(8), HasSubstr("cannot be told apart from the best constant action"));
  EXPECT_THAT(Verdict(9), HasSubstr("95 % intervals over 12 replicas"));
  EXPECT_THAT(Verdict(9, 3), HasSubstr("3 replicas are too few for intervals"));
  EXPECT_THAT(Verdict(7, 3), HasSubstr("always-x (8.03), is 1.00 above it"));
}

TEST(Verdicts, OneSentencePerLearnerUnlessTheCurveIsToBeExplained) {
  const auto plain = BuildSmall(), explained = BuildSmall({"explain_curve=true"});
  EXPECT_EQ(Verdicts(*plain, Summarise(*plain, Hand(9))).size(), 1U);
  const std::vector<std::string> three = Verdicts(*explained, Summarise(*explained, Hand(9)));
  ASSERT_EQ(three.size(), 3U);
  EXPECT_THAT(three[1], HasSubstr("does not rise from 9.0"));
  EXPECT_THAT(three[2], HasSubstr("how much of the rise is more than avoiding bad actions"));
}

std::vector<std::string> WarningsFor(std::vector<std::string> overrides) {
  overrides.insert(overrides.begin(), {"replicas=10", "optimum.draws=20000"});
  const auto built = BuildSmall(overrides);
  return Warnings(*built, EstimateDecisionModel(*built));
}

TEST(Warnings, OneLineForEachSettingThatCannotWork) {
  EXPECT_THAT(WarningsFor({}), IsEmpty());
  EXPECT_THAT(WarningsFor({"optimum.draws=500"}),
              Contains(HasSubstr("optimum.draws = 500 makes a loose")));
  EXPECT_THAT(WarningsFor({"energy_budget.limit_j=30000"}),
              Contains(HasSubstr("energy_budget.limit_j = 30000 never binds")));
  EXPECT_THAT(WarningsFor({"power_cap.limit_w=40"}),
              Contains(HasSubstr("no action can meet power_cap.limit_w = 40")));
  EXPECT_THAT(WarningsFor({"power_cap.limit_w=120"}), IsEmpty());
  EXPECT_THAT(WarningsFor({"power_cap.limit_w=500"}),
              Contains(HasSubstr("limit_w = 500 never binds")));
  EXPECT_THAT(
      WarningsFor({"energy_budget.limit_j=300"}),
      Contains(HasSubstr("limit_j = 300 is less than a request of the cheapest action takes")));
  EXPECT_THAT(WarningsFor({"replicas=9"}), Contains(HasSubstr("replicas = 9 gives no intervals")));
}

TEST(ResultTable, NamesTheBestRuleAndConstant) {
  const auto built = BuildSmall({"replicas=12"});
  RunResult result = Hand(9);
  result.policies[1].plans = true;
  EXPECT_THAT(ResultTable(*built, Summarise(*built, result)),
              HasSubstr("\nbest constant action: always-x, 8.00 (80.0 % of the optimum)\n"));
  result.policies[1].plans = false;
  EXPECT_THAT(
      ResultTable(*built, Summarise(*built, result)),
      HasSubstr("best rule that neither learns nor plans: best, 10.00 (100.0 % of the optimum); "));
}

TEST(ResultTable, HasARowPerPolicyAndTheOptimum) {
  const auto built = BuildSmall({"power_cap.limit_w=110"});
  const std::string table = ResultTable(*built, Summarise(*built, Hand(9)));
  for (const char* part : {"learner", "always-x", "best", "over cap",
                           "optimum for what sees energy, requests left and category"}) {
    EXPECT_THAT(table, HasSubstr(part));
  }
}

}  // namespace
}  // namespace edgesim
