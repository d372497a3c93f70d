// The learners that plan on what they have seen: what their keys change, what they save, what
// frozen means, behind a shield. Their levels are in the tests of each.
#include "policies/model_learner.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "policies/certainty_equivalent.h"
#include "policies/exact_dp.h"
#include "policies/optimistic_primal_dual.h"
#include "policies/posterior_sampling.h"
#include "policies/shield.h"
#include "sim/input_error.h"
#include "tests/support/trained.h"

namespace edgesim {
namespace {

template <class Config>
class ModelLearnerTest : public testing::Test {};
using Kinds =
    testing::Types<CertaintyEquivalentConfig, PosteriorSamplingConfig, OptimisticPrimalDualConfig>;
TYPED_TEST_SUITE(ModelLearnerTest, Kinds);

constexpr std::uint32_t kEpisodes = 60;

DecisionModel ConstrainedProblem() {
  DecisionModel model = SmallProblem();
  model.constraints = {{CostKind::kBrownOut, 0.05}, {CostKind::kEnergy, 0.65}};
  return model;
}

template <class Config>
std::vector<double> FingerprintOf(const Config& config) {
  const DecisionModel model = ConstrainedProblem();
  return Fingerprint(model, *config.Make(ContextOf(model, kEpisodes)), kEpisodes);
}

TYPED_TEST(ModelLearnerTest, EveryKeyChangesAResult) {
  std::set<std::vector<double>> seen = {FingerprintOf(TypeParam{})};
  EXPECT_EQ(seen.count(FingerprintOf(TypeParam{})), 1U);
  const std::vector<std::pair<const char*, std::function<void(ModelLearnerConfig&)>>> changes = {
      {"energy_steps", [](ModelLearnerConfig& c) { c.energy_steps = 10; }},
      {"least_tries", [](ModelLearnerConfig& c) { c.least_tries = 1; }},
      {"growth", [](ModelLearnerConfig& c) { c.growth = 2; }},
      {"margin", [](ModelLearnerConfig& c) { c.margin = 0; }},
  };
  for (const auto& [name, change] : changes) {
    TypeParam config;
    change(config.learner);
    EXPECT_TRUE(seen.insert(FingerprintOf(config)).second) << name;
  }
}

TYPED_TEST(ModelLearnerTest, LoadedInMidTrainingItGoesOnAsIfItHadNeverStopped) {
  const DecisionModel model = ConstrainedProblem();
  const PolicyContext context = ContextOf(model, kEpisodes);
  const auto whole = TypeParam{}.Make(context), first = TypeParam{}.Make(context),
             second = TypeParam{}.Make(context);
  Train(model, *whole, 8, 0, kEpisodes);
  Train(model, *first, 8, 0, kEpisodes / 2);
  EXPECT_NE(first->Save(), whole->Save());
  second->Load(first->Save());
  Train(model, *second, 8, kEpisodes / 2, kEpisodes);
  EXPECT_EQ(second->Save(), whole->Save());
  const Tried a = TryFrozen(model, *whole, 9, 50), b = TryFrozen(model, *second, 9, 50);
  EXPECT_EQ(a.energy_j, b.energy_j);
}

TYPED_TEST(ModelLearnerTest, LoadRefusesOtherSizesAndUnknownActions) {
  const DecisionModel model = ConstrainedProblem();
  const PolicyContext context = ContextOf(model, kEpisodes);
  const auto trained = TypeParam{}.Make(context);
  Train(model, *trained, 8, 0, 10);
  PolicyContext other = context;
  ++other.actions;
  EXPECT_THROW(TypeParam{}.Make(other)->Load(trained->Save()), InputError);
  PolicyState broken = trained->Save();
  broken.at("plan.actions").back() = 6;
  EXPECT_THROW(TypeParam{}.Make(context)->Load(broken), InputError);
  EXPECT_THROW(TypeParam{}.Make(context)->Load({}), InputError);
}

TYPED_TEST(ModelLearnerTest, TryingItFrozenDoesNotTouchItsTraining) {
  const DecisionModel model = ConstrainedProblem();
  const PolicyContext context = ContextOf(model, kEpisodes);
  const auto tried = TypeParam{}.Make(context), left_alone = TypeParam{}.Make(context);
  EXPECT_GE(TryFrozen(model, *tried, 9, 5).energy_j, 0);  // also before it has seen anything
  for (std::uint32_t e = 0; e < kEpisodes; e += 20) {
    Train(model, *tried, 8, e, e + 20);
    Train(model, *left_alone, 8, e, e + 20);
    TryFrozen(model, *tried, 9, 5);
  }
  EXPECT_EQ(tried->Save(), left_alone->Save());
}

TYPED_TEST(ModelLearnerTest, TriesEachActionOnEachClassFirst) {
  const DecisionModel model = SmallProblem();
  TypeParam config;
  config.learner.least_tries = 4;
  const auto policy = config.Make(ContextOf(model, kEpisodes));
  Train(model, *policy, 8, 0, kEpisodes);
  const auto tries = policy->Save().at("model.tries");
  for (std::size_t i = 1; i < tries.size(); i += 3) EXPECT_GE(tries[i], 4);
}

// Actions 3 to 5 always exceed the cap: another stands in, and asking for them must end.
TYPED_TEST(ModelLearnerTest, LearnsBehindAShield) {
  DecisionModel model = ModelOf(kS2, 200);
  for (std::size_t a = 3; a < 6; ++a) model.outlook[0][a].exceedance_upper95 = 1;
  Shield shield(TypeParam{}.Make(ContextOf(model, 100)), ShieldConfig{}, model);
  Train(model, shield, 8, 0, 100);
  const auto tries = shield.Save().at("model.tries");  // refused, tries, squares of rewards
  for (std::size_t a = 0; a < 6; ++a) {
    EXPECT_EQ(tries[3 * a], a < 3 ? 0 : 1) << a;
    EXPECT_GE(tries[3 * a + 1], a < 3 ? 10 : 0) << a;
  }
  DecisionModel allowed = Filled(ModelOf(kS2, 200));
  allowed.outlook[0].resize(3);
  EXPECT_GT(TryFrozen(model, shield, 9, 400).reward, 0.98 * ExactPlan(allowed).Value());
}

TYPED_TEST(ModelLearnerTest, WithoutABudgetThatEndsItTheBestActionOfEachClass) {
  DecisionModel model = SmallProblem();
  model.budget_ends_episode = false;
  model.outlook[0][5].mean_score = 10;  // by far, for the noise of rewards
  const auto policy = TypeParam{}.Make(ContextOf(model, 300));
  Train(model, *policy, 8, 0, 300);
  policy->BeginEpisode(0, Phase::kEval);
  Observation seen{.energy_left = Joules(20), .energy_budget = Joules(25), .requests_left = 3};
  EXPECT_EQ(policy->Act(seen, {}), 5U);
  seen.class_id = 1;
  EXPECT_EQ(policy->Act(seen, {}), 0U);
}

}  // namespace
}  // namespace edgesim
