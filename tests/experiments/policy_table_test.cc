// Tests for experiments/policy_table.cc: a table chooses as the policy it was found from.
#include "experiments/policy_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/contestants.h"
#include "experiments/policy_table_json.h"
#include "experiments/replica_run.h"
#include "sim/input_error.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

LoadedExperiment Preset(const std::string& name, const std::vector<std::string>& more) {
  std::vector<std::string> overrides = {"replicas=2", "episodes.train=60", "episodes.eval=20",
                                        "optimum.draws=2000"};
  overrides.insert(overrides.end(), more.begin(), more.end());
  return LoadExperiment(std::string(EDGESIM_SOURCE_DIR) + "/experiments/configs/" + name + ".yaml",
                        overrides);
}

// Tabulates each policy of the experiment and compares it at random observations.
void ExpectSameChoices(const std::string& preset, const std::string& policies) {
  const auto built = Build(Preset(preset, {policies}));
  const auto lineup = MakeLineup(*built);
  for (const PolicyConfig& config : built->config.policies) {
    Replica training;
    const auto policy = TrainedPolicy(*built, *lineup->Find(config.name), 1, nullptr, training);
    const TableGrid grid = TableGridOf(*built, &config);
    PolicyTableFile file{.actions = built->ActionNames(),
                         .classes = built->VisibleClassNames(),
                         .budget_j = grid.budget_j,
                         .table = Tabulate(*policy, grid, config.name)};
    CheckTable(*built, *policy, file.table, 1, config.name);
    NameRejections(file);
    const PolicyTable table = TableFor(ParsePolicyTable(PolicyTableJson(file), "t.json"),
                                       built->ActionNames(), built->VisibleClassNames(), "t.json");
    WordStream words(HashName(config.name), 1, 1);
    std::size_t differ = 0, changes = 0;
    for (int i = 0; i < 100'000; ++i) {
      const Observation seen{.energy_left = Joules(grid.budget_j * Uniform01(words)),
                             .energy_budget = Joules(grid.budget_j),
                             .requests_left = 1 + UniformIndex(words, grid.requests),
                             .request_index = 0,
                             .class_id = UniformIndex(words, grid.classes)};
      policy->BeginEpisode(0, Phase::kEval);
      const ActionId wanted = policy->Act(seen, Noise{.phase = Phase::kEval});
      differ += wanted != table.Choose(seen.energy_left, *seen.requests_left, seen.class_id);
    }
    for (const PolicyTable::Ladder& ladder : table.ladders) changes += ladder.from_j.size() - 1;
    EXPECT_EQ(differ, 0U) << config.name;
    EXPECT_GT(changes, 0U) << config.name;  // a table of one action would prove nothing
  }
}

TEST(PolicyTable, ChoosesAsThePolicyItself) {
  ExpectSameChoices("s1_hard",
                    "policies=[q-learning, {kind: certainty-equivalent, energy_steps: 50}, "
                    "exact-dp, pacing, double-q, linucb, online-knapsack]");
}

TEST(PolicyTable, ChoosesAsAShieldedPolicy) {
  ExpectSameChoices("s3_powercap",
                    "policies=[{kind: q-learning, shield: {epsilon: 0.05}}, {kind: pacing, shield: "
                    "{epsilon: 0.4}}, {name: planned, kind: exact-dp, shield: {epsilon: 0.01}}]");
}

TEST(PolicyTable, ChoosesByTheClassesOfAMeasuredExperiment) {
  ExpectSameChoices("six_actions",
                    "policies=[exact-dp, {kind: q-learning, features: [energy, category]}]");
}

TEST(PolicyTable, RefusesWhatDrawsAtRandom) {
  const auto built = Build(Preset("s1_hard", {"policies=[random]"}));
  const auto lineup = MakeLineup(*built);
  const auto policy = lineup->Find("random")->make(0);
  EXPECT_THAT([&] { Tabulate(*policy, TableGridOf(*built, nullptr), "random"); },
              ThrowsMessage<InputError>(testing::AllOf(HasSubstr("policy 'random' draws at random"),
                                                       HasSubstr("such as exact-dp"))));
}

TEST(PolicyTable, RefusesAMixtureOfPolicies) {
  const auto built = Build(
      Preset("s1_hard", {"policies=[]", "energy_budget.mode=chance", "energy_budget.delta=0.005"}));
  const auto lineup = MakeLineup(*built);
  ASSERT_TRUE(lineup->plans.constrained);
  ASSERT_GT(lineup->plans.constrained->components.size(), 1U);
  const auto policy = lineup->Find("constrained-dp")->make(0);
  EXPECT_THAT([&] { Tabulate(*policy, TableGridOf(*built, nullptr), "constrained-dp"); },
              ThrowsMessage<InputError>(HasSubstr("draws at random")));
}

// Chooses by the energy's place between 0 and the budget: a thin step between two wide ones, at no
// point of the grid, and a threshold that no grid has.
class Stepped final : public Policy {
 public:
  ActionId Act(const Observation& seen, const Noise&) override {
    const double share = seen.energy_left / seen.energy_budget;
    return share < 1.0 / 3 ? 2 : share < 1.0 / 3 + 1e-4 ? 1 : 0;
  }
};

TEST(PolicyTable, FindsThresholdsToTheLastDigit) {
  Stepped policy;
  const PolicyTable table =
      Tabulate(policy, {.budget_j = 10, .requests = 1, .classes = 1, .points = 40}, "stepped");
  const PolicyTable::Ladder& ladder = table.ladders.at(0);
  EXPECT_EQ(ladder.action, (std::vector<ActionId>{2, 1, 0}));
  EXPECT_EQ(ladder.from_j[0], 0);
  EXPECT_NEAR(ladder.from_j[1], 10.0 / 3, 1e-14);
  EXPECT_NEAR(ladder.from_j[2], 10.0 / 3 + 1e-3, 1e-14);
  for (std::size_t i = 1; i < 3; ++i) {
    Observation seen{.energy_left = Joules(ladder.from_j[i]), .energy_budget = Joules(10)};
    EXPECT_EQ(policy.Act(seen, {}), ladder.action[i]);
    seen.energy_left = Joules(std::nextafter(ladder.from_j[i], 0));
    EXPECT_EQ(policy.Act(seen, {}), ladder.action[i - 1]);
  }
}

// Looks at what a table does not have.
class Alternating final : public Policy {
 public:
  void BeginEpisode(std::uint32_t, Phase) override { taken_ = 0; }
  ActionId Act(const Observation&, const Noise&) override { return taken_++ % 2; }

 private:
  ActionId taken_ = 0;
};

TEST(PolicyTable, RefusesWhatRemembers) {
  const auto built = Build(Preset("s1_hard", {"policies=[]"}));
  Alternating policy;
  const PolicyTable table = Tabulate(policy, TableGridOf(*built, nullptr), "alternating");
  EXPECT_THAT([&] { CheckTable(*built, policy, table, 0, "alternating"); },
              ThrowsMessage<InputError>(HasSubstr("cannot be a table")));
}

TEST(PolicyTable, GridHasFourPointsPerStep) {
  const auto built = Build(Preset("s1_hard", {"policies=[{kind: q-learning, energy_bins: 999}, "
                                              "{kind: certainty-equivalent, energy_steps: 777}]"}));
  EXPECT_EQ(TableGridOf(*built, nullptr).points, 800U);
  EXPECT_GE(TableGridOf(*built, &built->config.policies[0]).points, 4 * 999U);
  EXPECT_EQ(TableGridOf(*built, &built->config.policies[1]).points, 4 * 777U);
}

}  // namespace
}  // namespace edgesim
