// Q-learning on what is left of a constraint's budget: the state, the penalty, the refusal, and
// what it reaches.
#include "policies/saute_q.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "sim/input_error.h"
#include "tests/support/trained.h"

namespace edgesim {
namespace {

using testing::HasSubstr;

// 20 requests on a budget that no episode ends by, a share of it allowed.
DecisionModel ExpectedMode(double limit) {
  DecisionModel model = ModelOf(kS2, 100);
  model.budget_ends_episode = false;
  model.constraints = {{CostKind::kEnergy, limit}};
  return model;
}

DecisionModel ChanceMode() {
  DecisionModel model = ModelOf(kS2, 100);
  model.brown_out_reward = 0;
  model.constraints = {{CostKind::kBrownOut, 0.01}};
  return model;
}

TEST(SauteQTest, RefusesAnOrdinaryMarkovDecisionProcess) {
  DecisionModel model = ModelOf(kS2, 100);
  for (const bool ends : {true, false}) {
    model.budget_ends_episode = ends;
    try {
      SauteQConfig{}.Make(ContextOf(model, 10));
      FAIL();
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr("saute-q needs a constraint"));
    }
    model.constraints = {
        {CostKind::kBrownOut, 0.01}};  // cannot be where the budget does not end it
  }
}

Transition Spend(double left_before, double spent) {
  Transition t;
  t.before = {.energy_left = Joules(left_before), .energy_budget = Joules(100), .requests_left = 1};
  t.energy = Joules(spent);
  t.reward = 0.5;
  t.completed = true;
  return t;
}

double LearnedFrom(const DecisionModel& model, const Transition& t) {
  SauteQConfig config;
  config.features = {"energy"};
  config.energy_bins = 4;
  SauteQ learner(config, ContextOf(model, 10));
  learner.BeginEpisode(0, Phase::kTrain);
  learner.Learn(t);
  const PolicyState saved = learner.Save();
  const std::vector<double>& q = saved.at("q");
  return std::accumulate(q.begin(), q.end(), 0.0);  // one entry is not 0
}

TEST(SauteQTest, OverspendingEarnsThePenaltyWhateverTheAnswer) {
  const DecisionModel expected = ExpectedMode(0.8);
  EXPECT_EQ(LearnedFrom(expected, Spend(40, 19)), 0.5);
  EXPECT_EQ(LearnedFrom(expected, Spend(40, 21)), -5);  // 19 left, 20 are reserved
  EXPECT_EQ(LearnedFrom(expected, Spend(10, 0)), -5);   // still beyond
  Transition cut = Spend(40, 40);
  EXPECT_EQ(LearnedFrom(ChanceMode(), cut), 0.5);
  cut.browned_out = true;
  EXPECT_EQ(LearnedFrom(ChanceMode(), cut), -5);
}

TEST(SauteQTest, TheStateIsTheShareLeftWithOneCellBeyond) {
  const auto row_of = [](double left) {
    SauteQConfig config;
    config.features = {"energy"};
    config.energy_bins = 4;
    SauteQ learner(config, ContextOf(ExpectedMode(0.8), 10));
    learner.BeginEpisode(0, Phase::kTrain);
    learner.Learn(Spend(left, 0));
    const std::vector<double> visits = learner.Save().at("visits");
    EXPECT_EQ(visits.size(), 5U * 6U);
    return (std::max_element(visits.begin(), visits.end()) - visits.begin()) / 6;
  };
  EXPECT_EQ(row_of(100), 4);  // z = 1
  EXPECT_EQ(row_of(81), 4);   // z = .76
  EXPECT_EQ(row_of(79), 3);
  EXPECT_EQ(row_of(41), 2);
  EXPECT_EQ(row_of(21), 1);
  EXPECT_EQ(row_of(19), 0);  // beyond
  EXPECT_EQ(row_of(-30), 0);
}

TEST(SauteQTest, EveryKeyChangesAResult) {
  const DecisionModel model = ExpectedMode(0.6);
  const auto run = [&](const std::function<void(SauteQConfig&)>& change) {
    SauteQConfig config;
    change(config);
    return Fingerprint(model, *config.Make(ContextOf(model, 60)), 60);
  };
  std::set<std::vector<double>> seen = {run([](SauteQConfig&) {})};
  const std::vector<std::pair<const char*, std::function<void(SauteQConfig&)>>> changes = {
      {"features", [](SauteQConfig& c) { c.features = {"energy"}; }},
      {"energy_bins", [](SauteQConfig& c) { c.energy_bins = 4; }},
      {"trace_decay", [](SauteQConfig& c) { c.trace_decay = 0.2; }},
      {"unsafe_reward", [](SauteQConfig& c) { c.unsafe_reward = -1; }},
      {"epsilon_share", [](SauteQConfig& c) { c.epsilon_share = 0.4; }}};
  for (const auto& [name, change] : changes) EXPECT_TRUE(seen.insert(run(change)).second) << name;
}

TEST(SauteQTest, LoadedInMidTrainingItGoesOnAsIfItHadNeverStopped) {
  const DecisionModel model = ExpectedMode(0.6);
  const PolicyContext context = ContextOf(model, 40);
  const auto whole = SauteQConfig{}.Make(context), first = SauteQConfig{}.Make(context),
             second = SauteQConfig{}.Make(context);
  Train(model, *whole, 8, 0, 40);
  Train(model, *first, 8, 0, 20);
  second->Load(first->Save());
  Train(model, *second, 8, 20, 40);
  EXPECT_EQ(second->Save(), whole->Save());
}

TEST(SauteQTest, KeepsABudgetThatNothingEnforces) {
  const DecisionModel model = ExpectedMode(0.8);
  double energy = 0, reward = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto policy = SauteQConfig{}.Make(ContextOf(model, 3000));
    Train(model, *policy, seed, 0, 3000);
    const Tried tried = TryFrozen(model, *policy, seed, 200);
    energy += tried.energy_j / 5;
    reward += tried.reward / 5;
  }
  EXPECT_LT(energy, 80);
  EXPECT_GT(reward, 13.5);  // always the cheapest earns 12.4
}

}  // namespace
}  // namespace edgesim
