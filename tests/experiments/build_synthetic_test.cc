// Tests for experiments/build_synthetic.cc.
#include "experiments/build_synthetic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"
#include "tests/experiments/preset_experiment.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

// `actions` from line 4 on.
std::string Text(const std::string& actions, const std::string& more = "") {
  return "name: x\ndevice:\n  synthetic:\n    actions: " + actions +
         "\nworkload: {requests: 5, classes: [easy, hard, easy]}\nenergy_budget: {limit_j: 100}\n"
         "policies: [random]\n" +
         more;
}

std::unique_ptr<BuiltExperiment> BuildText(const std::string& text) {
  return Build(ParseExperiment(text, "x.yaml", {}));
}

void ExpectRefused(const std::string& text, const std::string& message) {
  EXPECT_THAT([&] { BuildText(text); }, ThrowsMessage<InputError>(HasSubstr(message)));
}

TEST(BuildSynthetic, ClassesMayStandMoreThanOnce) {
  const auto built = BuildText(Text("[{name: a, energy_j: 2, score: [8, 5]}]"));
  EXPECT_THAT(built->questions.classes, ElementsAre("easy", "hard"));
  EXPECT_THAT(built->questions.ClassProbability(),
              ElementsAre(testing::DoubleEq(2.0 / 3), testing::DoubleEq(1.0 / 3)));
  WorkloadConfig none;
  EXPECT_THAT(SyntheticQuestions(none).classes, ElementsAre("all"));
}

TEST(BuildSynthetic, TakesTheNamedActionsInTheirOrder) {
  const std::string three =
      "[{name: a, energy_j: 2, score: 8}, {name: b, energy_j: 3, score: 8}, {name: c, energy_j: 4, "
      "score: 8}]";
  const auto built = BuildText(Text(three, "actions: [c, a]\n"));
  ASSERT_EQ(built->actions.size(), 2U);
  EXPECT_EQ(built->actions[0].name, "c");
  const DecisionModel model = EstimateDecisionModel(*built);
  EXPECT_DOUBLE_EQ(model.outlook[0][0].mean_energy_j, 4);
  EXPECT_DOUBLE_EQ(model.outlook[0][1].mean_energy_j, 2);
  ExpectRefused(Text(three, "actions: [a, d]\n"),
                "x.yaml:8:14: the device has no action 'd'; it has a, b, c");
}

TEST(BuildSynthetic, RefusesLawsThatDoNotFitTheClasses) {
  ExpectRefused(Text("[{name: a, energy_j: 2, score: [8, 5, 4]}]"),
                "'score' has 3 numbers for 2 classes; give one for all, or one each");
  ExpectRefused(Text("[{name: a, energy_j: [2, 3, 4], score: 8}]"),
                "'energy_j' has 3 numbers for 2 classes");
  ExpectRefused(Text("[{name: a, energy_j: 2, score: 8, burst_w: 20}]"),
                "x.yaml:4:15: 'burst_w' and 'burst_probability' go together");
  ExpectRefused(Text("[{name: a, energy_j: 2, score: 8}, {name: a, energy_j: 2, score: 8}]"),
                "two entries of actions are named 'a'");
  ExpectRefused(Text("[]"), "'actions' must be a list, not empty");
}

TEST(BuildSynthetic, ItsHashChangesWithItsLaws) {
  std::set<std::string> hashes;
  for (const char* law :
       {"score: 8", "score: 7", "score: 8, energy_cv: 0.1", "score: 8, score_sd: 1",
        "score: 8, power_w: 11", "score: 8, burst_w: 20, burst_probability: 0.1",
        "score: 8, burst_w: 20, burst_probability: 0.2"}) {
    const auto built = BuildText(Text(std::string("[{name: a, energy_j: 2, ") + law + "}]"));
    EXPECT_TRUE(hashes.insert(built->profile_hash).second) << law;
  }
}

}  // namespace
}  // namespace edgesim
