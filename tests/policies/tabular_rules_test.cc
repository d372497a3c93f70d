// The update rules on tables: each against numbers worked out by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "policies/double_q_rule.h"
#include "policies/dyna_q_rule.h"
#include "policies/expected_sarsa_rule.h"
#include "policies/q_lambda_rule.h"
#include "policies/q_rule.h"
#include "policies/sarsa_rule.h"
#include "sim/input_error.h"

namespace edgesim {
namespace {

constexpr double kRounding = 1e-12;  // of a handful of additions of numbers near 1

// Ends an episode in (state, action) with this reward at rate 1: sets the value.
template <class Rule>
void Set(Rule& rule, std::uint32_t state, ActionId action, double value) {
  rule.BeginEpisode();
  rule.Update({.state = state,
               .action = action,
               .reward = value,
               .next = {},
               .learning_rate = 1,
               .rate_floor = 1},
              Noise{});
}

TabularStep Step(std::uint32_t state, ActionId action, double reward,
                 std::optional<std::uint32_t> next) {
  return {.state = state,
          .action = action,
          .reward = reward,
          .next = next,
          .learning_rate = 0.5,
          .discount = 0.8};
}

TEST(QRuleTest, MovesToTheBestActionNext) {
  QTable q(2, 2, 0);
  q.Move(1, 0, 2, 1);
  q.Move(1, 1, 4, 1);
  MoveToBestNext(q, Step(0, 1, 0.6, 1));
  EXPECT_NEAR(q.Value(0, 1), 1.9, kRounding);  // .5 (.6 + .8 * 4)
  MoveToBestNext(q, Step(0, 1, 0.1, std::nullopt));
  EXPECT_NEAR(q.Value(0, 1), 1.0, kRounding);  // 1.9 + .5 (.1 - 1.9)
}

TEST(SarsaRuleTest, MovesToTheActionTakenNext) {
  SarsaRule rule(2, 2);
  EXPECT_TRUE(rule.NeedsNextAction());
  Set(rule, 1, 0, 2);
  Set(rule, 1, 1, 4);
  TabularStep step = Step(0, 1, 0.6, 1);
  step.next_action = 0;
  rule.Update(step, Noise{});
  EXPECT_NEAR(rule.Values().Value(0, 1), 1.1, kRounding);  // .5 (.6 + .8 * 2)
  rule.Update(Step(0, 1, 0.1, std::nullopt), Noise{});
  EXPECT_NEAR(rule.Values().Value(0, 1), 0.6, kRounding);  // 1.1 + .5 (.1 - 1.1)
}

TEST(ExpectedSarsaRuleTest, MovesToTheMeanOfWhatEpsilonGreedyDoesNext) {
  ExpectedSarsaRule rule(2, 2);
  Set(rule, 1, 0, 2);
  Set(rule, 1, 1, 4);
  TabularStep step = Step(0, 1, 0.6, 1);
  step.epsilon = 0.1;
  rule.Update(step, Noise{});
  EXPECT_NEAR(rule.Values().Value(0, 1), 1.86, kRounding);  // .5 (.6 + .8 (.9 * 4 + .1 * 3))
}

TEST(DoubleQRuleTest, OneTableNamesTheActionTheOtherItsValue) {
  DoubleQRule rule(2, 2);
  WordStream ties = Noise{}.Words(Stream::kTie);
  const auto learn = [&](std::size_t which, TabularStep step) {
    step.rate_floor = 0.5;
    rule.UpdateTable(which, step, ties);
  };
  learn(0, Step(1, 0, 2, std::nullopt));
  learn(0, Step(1, 1, 4, std::nullopt));
  learn(1, Step(1, 0, 3, std::nullopt));
  learn(1, Step(1, 1, 1, std::nullopt));
  EXPECT_EQ(rule.Values().Value(1, 1), 2.5);
  learn(0, Step(0, 0, 0.6, 1));
  EXPECT_NEAR(rule.Table(0).Value(0, 0), 1.4, kRounding);  // .6 + .8 * table 1 of action 1
  EXPECT_EQ(rule.Table(1).Value(0, 0), 0);
  EXPECT_NEAR(rule.Values().Value(0, 0), 1.4, kRounding);  // of the one that has learned it
  learn(1, Step(0, 0, 0.6, 1));
  EXPECT_NEAR(rule.Table(1).Value(0, 0), 2.2, kRounding);  // .6 + .8 * table 0 of action 0
  EXPECT_NEAR(rule.Values().Value(0, 0), 1.8, kRounding);
  learn(1, Step(0, 0, 0.2, std::nullopt));
  EXPECT_NEAR(rule.Table(1).Value(0, 0), 1.2, kRounding);  // rate 1/2
  learn(1, Step(0, 0, 0.2, std::nullopt));
  EXPECT_NEAR(rule.Table(1).Value(0, 0), 0.7, kRounding);  // the floor, not 1/3
}

TEST(DoubleQRuleTest, ACoinSaysWhichTableLearns) {
  DoubleQRule rule(400, 1);
  for (std::uint32_t s = 0; s < 400; ++s)
    rule.Update(Step(s, 0, 1, std::nullopt), Noise{.seed = 9}.Of(s));
  int first = 0;
  for (std::uint32_t s = 0; s < 400; ++s) {
    first += rule.Table(0).Value(s, 0) == 1;
    EXPECT_EQ(rule.Table(0).Value(s, 0) + rule.Table(1).Value(s, 0), 1);
  }
  EXPECT_NEAR(first, 200, 4 * 10);  // four standard errors
}

TEST(QLambdaRuleTest, PassesErrorsBackAlongGreedyActions) {
  QLambdaRule rule(3, 2, 0.5);
  rule.BeginEpisode();
  rule.Update(Step(0, 0, 0, 1), Noise{});
  EXPECT_EQ(rule.Values().Value(0, 0), 0);
  rule.Update(Step(1, 0, 1, 2), Noise{});
  EXPECT_NEAR(rule.Values().Value(1, 0), 0.5, kRounding);  // rate .5, error 1
  EXPECT_NEAR(rule.Values().Value(0, 0), 0.2, kRounding);  // .5 * (.8 * .5) * 1
  rule.Update(Step(2, 1, 2, std::nullopt), Noise{});
  EXPECT_NEAR(rule.Values().Value(2, 1), 1, kRounding);
  EXPECT_NEAR(rule.Values().Value(1, 0), 0.9, kRounding);   // .5 + .5 * .4 * 2
  EXPECT_NEAR(rule.Values().Value(0, 0), 0.36, kRounding);  // .2 + .5 * .16 * 2
}

TEST(QLambdaRuleTest, AnExploratoryActionCutsTheTraces) {
  QLambdaRule rule(3, 2, 0.5);
  Set(rule, 1, 1, 3);
  rule.BeginEpisode();
  rule.Update(Step(0, 0, 0, 1), Noise{});
  EXPECT_NEAR(rule.Values().Value(0, 0), 1.2, kRounding);  // .5 * .8 * 3
  rule.Update(Step(1, 0, 9, std::nullopt), Noise{});       // action 1 is the greedy one
  EXPECT_NEAR(rule.Values().Value(1, 0), 4.5, kRounding);
  EXPECT_NEAR(rule.Values().Value(0, 0), 1.2, kRounding);
}

TEST(QLambdaRuleTest, NothingIsPassedBackIntoAnotherEpisode) {
  QLambdaRule rule(2, 1, 1);
  rule.BeginEpisode();
  rule.Update(Step(0, 0, 0, 1), Noise{});
  rule.BeginEpisode();
  rule.Update(Step(1, 0, 1, std::nullopt), Noise{});
  EXPECT_EQ(rule.Values().Value(0, 0), 0);
}

TEST(QLambdaRuleTest, AStateMetTwiceHasOneTrace) {
  QLambdaRule rule(1, 1, 1);
  rule.BeginEpisode();
  TabularStep step = Step(0, 0, 1, 0);
  step.discount = 1;
  rule.Update(step, Noise{});
  EXPECT_NEAR(rule.Values().Value(0, 0), 0.5, kRounding);
  rule.Update(step, Noise{});
  EXPECT_NEAR(rule.Values().Value(0, 0), 1, kRounding);  // error 1 once, not twice
}

TEST(DynaQRuleTest, PlansWithTheMeanOverItsCounts) {
  DynaQRule rule(3, 2, 0);
  Set(rule, 1, 0, 2);
  Set(rule, 2, 0, 4);
  rule.Update(Step(0, 0, 0.6, 1), Noise{});
  rule.Update(Step(0, 0, 0.2, 2), Noise{});
  rule.Update(Step(0, 0, 0.1, 2), Noise{});
  rule.Update(Step(0, 0, -0.5, std::nullopt), Noise{});
  rule.Plan(0, 0, 0.8);
  // rewards .4, values .8 (2 + 4 + 4), of four
  EXPECT_NEAR(rule.Values().Value(0, 0), 2.1, kRounding);
  EXPECT_EQ(rule.Values().Value(0, 1), 0);
}

TEST(DynaQRuleTest, PlanningStepsReachWhatWasSeenBefore) {
  const auto value_after = [](std::uint32_t planning_steps) {
    DynaQRule rule(2, 1, planning_steps);
    rule.Update(Step(0, 0, 0, 1), Noise{});
    rule.Update(Step(1, 0, 1, std::nullopt), Noise{.seed = 3});
    return rule.Values().Value(0, 0);
  };
  EXPECT_EQ(value_after(0), 0);
  EXPECT_GT(value_after(40), 0.3);  // missed with 2^-40; at least .8 of half the reward
}

TEST(DynaQRuleTest, SavesItsCounts) {
  DynaQRule rule(3, 2, 5);
  for (std::uint32_t i = 0; i < 6; ++i)
    rule.Update(Step(i % 3, i % 2, 0.1 * i, (i + 1) % 3), Noise{.seed = i});
  PolicyState saved;
  rule.Save(saved);
  DynaQRule other(3, 2, 5);
  other.Load(saved);
  for (DynaQRule* r : {&rule, &other}) r->Update(Step(0, 0, 1, 2), Noise{.seed = 77});
  EXPECT_EQ(rule.Values().Flat(), other.Values().Flat());
  DynaQRule smaller(2, 2, 5);
  EXPECT_THROW(smaller.Load(saved), InputError);
}

}  // namespace
}  // namespace edgesim
