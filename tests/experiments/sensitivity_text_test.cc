#include "experiments/sensitivity_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Estimate About(double mean) { return {.mean = mean, .ci95 = Interval{mean - 0.1, mean + 0.1}}; }

PolicyInWorld Policy(const std::string& name, double reward, std::size_t rank, double regret) {
  PolicyInWorld policy{.name = name,
                       .reward = About(reward),
                       .change = About(0),
                       .rank = rank,
                       .regret = About(regret),
                       .constraints = {}};
  policy.constraints.push_back({.constraint = {.kind = CostKind::kBrownOut, .limit = 0.05},
                                .cost = About(0.02),
                                .verdict = ConstraintVerdict::kMet,
                                .episodes_needed = {}});
  return policy;
}

// Two policies that change places under "w2", where the first breaks its constraint.
SensitivityReport TwoPolicies() {
  const WorldReport as_is{.name = "as it is",
                          .profile_hash = "1",
                          .none_because = "",
                          .optimum = About(3),
                          .policies = {Policy("x", 3, 1, 0), Policy("y", 2, 2, 1)},
                          .tau = 1,
                          .swaps = {}};
  WorldReport same = as_is, other = as_is;
  same.name = "w1";
  other.name = "w2";
  other.policies = {Policy("x", 1.5, 2, 0.75), Policy("y", 2, 1, 0.25)};
  other.policies[0].constraints[0].verdict = ConstraintVerdict::kBroken;
  other.tau = -1;
  other.swaps = {
      {.ahead = "x", .behind = "y", .as_is = About(1), .here = About(-0.5), .beyond_noise = true}};
  return {as_is, same, other};
}

TEST(SensitivityText, SaysWhoSwapsWhereAndWhatIsLost) {
  EXPECT_THAT(
      SensitivityVerdicts(TwoPolicies()),
      ElementsAre("The order of the 2 best policies (x, y) is the same in 1 of 2 worlds; it "
                  "changes under w2.",
                  "x and y swap: the first is ahead by 1.000 [0.900, 1.100] as it is, and behind "
                  "under w2 (-0.500 [-0.600, -0.400]).",
                  "Least Kendall's tau-b of all 2 policies: -1.000, under w2.",
                  "x keeps P(brown-out) <= 0.05 as it is and breaks it under w2 (0.0200 [-0.0800, "
                  "0.1200]).",
                  "The best policy as it is, x, loses at most 0.750 [0.650, 0.850] to a plan made "
                  "for the world, under w2."));
}

TEST(SensitivityText, TellsNoiseFromSwaps) {
  SensitivityReport report = TwoPolicies();
  report[2].swaps[0].beyond_noise = false;
  EXPECT_THAT(SensitivityVerdicts(report),
              testing::AllOf(Contains(HasSubstr("it changes under w2 (within noise).")),
                             Contains("No two policies swap beyond noise in any world."),
                             Contains(HasSubstr("1 swap of a pair in a world is within noise"))));
  report[2].swaps[0].here.ci95.reset();
  EXPECT_THAT(SensitivityVerdicts(report),
              testing::AllOf(Contains(HasSubstr("not known: 10 replicas are needed")),
                             Contains(HasSubstr("it changes under w2."))));
  report[2].swaps.clear();
  EXPECT_THAT(SensitivityVerdicts(report),
              testing::AllOf(Contains("No two policies swap in any world."),
                             Contains(HasSubstr("is the same in 2 of 2 worlds."))));
}

TEST(SensitivityText, TablesSortByRankAndNameTheWorld) {
  const std::string text = SensitivityTables(TwoPolicies());
  EXPECT_THAT(text, HasSubstr("as it is: optimum 3.00 [2.90, 3.10]\n"));
  EXPECT_THAT(text, HasSubstr("w2: Kendall's tau-b -1.000, optimum planned for it 3.00"));
  const std::string w2 = text.substr(text.find("w2:"));
  EXPECT_LT(w2.find("\ny "), w2.find("\nx "));
  EXPECT_THAT(w2, HasSubstr("NO"));
  EXPECT_THAT(text.substr(0, text.find("w2:")), Not(HasSubstr("NO")));
  EXPECT_THAT(text, HasSubstr("1-2"));
  SensitivityReport none = TwoPolicies();
  for (WorldReport& world : none) {
    world.optimum.reset();
    world.none_because = "time counts";
    for (PolicyInWorld& policy : world.policies) policy.regret.reset();
  }
  EXPECT_THAT(SensitivityTables(none), HasSubstr("as it is; no optimum: time counts"));
}

TEST(SensitivityText, JsonHasTheFigures) {
  const auto json = nlohmann::json::parse(SensitivityJson(*BuildSmall(), TwoPolicies()));
  EXPECT_EQ(json["experiment"]["name"], "six_actions");
  EXPECT_EQ(json["worlds"].size(), 3U);
  const auto& world = json["worlds"][2];
  EXPECT_EQ(world["kendall_tau_b"], -1);
  EXPECT_EQ(world["policies"]["x"]["rank"], 2);
  EXPECT_EQ(world["policies"]["x"]["constraints"][0]["verdict"], "broken");
  EXPECT_EQ(world["swaps"][0]["beyond_noise"], true);
  EXPECT_EQ(world["swaps"][0]["difference_here"]["mean"], -0.5);
  EXPECT_TRUE(world["no_optimum_because"].is_null());
}

}  // namespace
}  // namespace edgesim
