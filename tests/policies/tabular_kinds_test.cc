// Each learner on tables as experiment files name it: what its keys change, what it saves, what it
// reaches on problems with known values.
#include "policies/tabular_kinds.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "policies/q_learning.h"
#include "sim/input_error.h"
#include "tests/support/trained.h"

namespace edgesim {
namespace {

template <class Config>
class TabularKindsTest : public testing::Test {};
using Kinds =
    testing::Types<DoubleQConfig, SarsaConfig, ExpectedSarsaConfig, QLambdaConfig, DynaQConfig>;
TYPED_TEST_SUITE(TabularKindsTest, Kinds);

constexpr std::uint32_t kEpisodes = 60;

template <class Config>
std::vector<double> FingerprintOf(const Config& config) {
  const DecisionModel model = SmallProblem();
  return Fingerprint(model, *config.Make(ContextOf(model, kEpisodes)), kEpisodes);
}

TYPED_TEST(TabularKindsTest, EveryKeyChangesAResult) {
  std::set<std::vector<double>> seen = {FingerprintOf(TypeParam{})};
  EXPECT_EQ(seen.count(FingerprintOf(TypeParam{})), 1U);
  const std::vector<std::pair<const char*, std::function<void(TypeParam&)>>> changes = {
      {"features", [](TypeParam& c) { c.features = {"energy"}; }},
      {"energy_bins", [](TypeParam& c) { c.energy_bins = 4; }},
      {"discount", [](TypeParam& c) { c.discount = 0.5; }},
      {"learning_rate_floor", [](TypeParam& c) { c.learning_rate_floor = 1; }},
      {"epsilon_share", [](TypeParam& c) { c.epsilon_share = 0.4; }},
  };
  for (const auto& [name, change] : changes) {
    TypeParam config;
    change(config);
    EXPECT_TRUE(seen.insert(FingerprintOf(config)).second) << name;
  }
}

TEST(TabularKindsKeysTest, KeysOfOneKindChangeAResult) {
  QLambdaConfig traces;
  traces.trace_decay = 0.2;
  EXPECT_NE(FingerprintOf(traces), FingerprintOf(QLambdaConfig{}));
  DynaQConfig planning;
  planning.planning_steps = 1;
  EXPECT_NE(FingerprintOf(planning), FingerprintOf(DynaQConfig{}));
}

TYPED_TEST(TabularKindsTest, LoadedInMidTrainingItGoesOnAsIfItHadNeverStopped) {
  const DecisionModel model = SmallProblem();
  const PolicyContext context = ContextOf(model, kEpisodes);
  const auto whole = TypeParam{}.Make(context), first = TypeParam{}.Make(context),
             second = TypeParam{}.Make(context);
  Train(model, *whole, 8, 0, kEpisodes);
  Train(model, *first, 8, 0, kEpisodes / 2);
  EXPECT_NE(first->Save(), whole->Save());
  second->Load(first->Save());
  Train(model, *second, 8, kEpisodes / 2, kEpisodes);
  EXPECT_EQ(second->Save(), whole->Save());
  PolicyContext other = context;
  ++other.actions;
  EXPECT_THROW(TypeParam{}.Make(other)->Load(whole->Save()), InputError);
  EXPECT_THROW(second->Load({}), InputError);
}

TYPED_TEST(TabularKindsTest, FrozenItsActionIsAFunctionOfWhatItSees) {
  const DecisionModel model = SmallProblem();
  const auto policy = TypeParam{}.Make(ContextOf(model, 5));
  Train(model, *policy, 8, 0, 5);  // most states were never met
  policy->BeginEpisode(0, Phase::kEval);
  for (std::uint32_t i = 0; i < 200; ++i) {
    const Observation seen{.energy_left = Joules(i % 26),
                           .energy_budget = Joules(25),
                           .requests_left = 1 + i % 6,
                           .class_id = i % 2};
    const ActionId a = policy->Act(seen, Noise{.seed = 1, .phase = Phase::kEval}.Of(i));
    EXPECT_EQ(policy->Act(seen, Noise{.seed = 2, .phase = Phase::kEval}.Of(i + 1)), a);
  }
}

TYPED_TEST(TabularKindsTest, LearnsWhatEachClassNeeds) {
  DecisionModel model = SmallProblem();
  model.energy_budget = Joules(200);  // plenty: the class alone decides
  TypeParam config;
  config.features = {"category"};
  config.discount = 0;
  const auto policy = config.Make(ContextOf(model, 500));
  Train(model, *policy, 3, 0, 500);
  policy->BeginEpisode(0, Phase::kEval);
  // Scores of class 0 rise with the action, those of class 1 fall: .83 against .62, .38 against
  // .17.
  for (const std::uint32_t c : {0U, 1U}) {
    const ActionId a = policy->Act({.energy_left = Joules(200),
                                    .energy_budget = Joules(200),
                                    .requests_left = 6,
                                    .class_id = c},
                                   Noise{.phase = Phase::kEval});
    EXPECT_GE(model.outlook[c][a].mean_score, model.outlook[c][c == 0 ? 5 : 0].mean_score - 0.6);
  }
}

// Mean reward of the frozen policy over 100 seeds at budget 200, measured with the defaults; the
// optima are 15.0536 (S2) and 16.2120 (S5), the best constant action earns 14.69 and 15.73.
template <class Config>
void ExpectLevels(double s2_300, double s5_300, double s2_3000, double s5_3000) {
  const auto level = [](const Preset& preset, std::uint32_t train_episodes) {
    const DecisionModel model = ModelOf(preset, 200);
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      const auto policy = Config{}.Make(ContextOf(model, train_episodes));
      Train(model, *policy, 2000 + seed, 0, train_episodes);
      sum += TryFrozen(model, *policy, 2000 + seed, 200).reward / 50;
    }
    return sum;
  };
  // Four standard errors of 50 seeds with standard deviations of about 1 and 0.3.
  EXPECT_NEAR(level(kS2, 300), s2_300, 0.55) << Config::kKind;
  EXPECT_NEAR(level(kS5, 300), s5_300, 0.55) << Config::kKind;
  EXPECT_NEAR(level(kS2, 3000), s2_3000, 0.17) << Config::kKind;
  EXPECT_NEAR(level(kS5, 3000), s5_3000, 0.17) << Config::kKind;
}

TEST(SlowTabularLevels, At300And3000Episodes) {
  ExpectLevels<SarsaConfig>(12.55, 13.17, 14.30, 15.41);
  ExpectLevels<ExpectedSarsaConfig>(13.21, 13.95, 14.36, 15.46);
  ExpectLevels<DoubleQConfig>(12.17, 12.55, 14.26, 15.04);
  ExpectLevels<QLambdaConfig>(14.03, 15.10, 14.53, 15.66);
  ExpectLevels<DynaQConfig>(14.52, 15.76, 14.88, 16.04);
}

}  // namespace
}  // namespace edgesim
