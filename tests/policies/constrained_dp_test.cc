// Following the constrained optimum: what it earns and costs, its mixture by episode, bad input.
#include "policies/constrained_dp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/input_error.h"
#include "tests/support/presets.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::Not;

DecisionModel Model() {
  DecisionModel model = Filled(ModelOf(kS2, 100));
  model.brown_out_reward = 0;
  return model;
}

PolicyContext ContextOf(const DecisionModel& model, std::vector<CostConstraint> constraints) {
  return {.actions = 6, .requests = 20, .constraints = std::move(constraints), .model = &model};
}

TEST(ConstrainedDpTest, EarnsAndCostsWhatThePlanExpects) {
  const DecisionModel model = Model();
  const auto policy = ConstrainedDpConfig{}.Make(
      ContextOf(model, {{CostKind::kBrownOut, .01}, {CostKind::kEnergy, .9}}));
  constexpr int kEpisodes = 20'000;
  double reward = 0, squares = 0, energy = 0;
  int browned_out = 0;
  for (std::uint32_t i = 0; i < kEpisodes; ++i) {
    const ModelEpisode episode = PlayModel(model, *policy, "constrained-dp",
                                           {.seed = 5, .episode = i, .phase = Phase::kEval});
    reward += episode.reward;
    squares += episode.reward * episode.reward;
    energy += episode.energy_j / 100;
    browned_out += episode.browned_out;
  }
  // The published optimum: 15.0910 at 90 % of the budget and 1 % brown-outs.
  const double mean = reward / kEpisodes;
  const double se = std::sqrt((squares / kEpisodes - mean * mean) / kEpisodes);
  EXPECT_NEAR(mean, 15.0910, 4 * se);
  EXPECT_NEAR(energy / kEpisodes, .900, 4 * 0.05 / std::sqrt(kEpisodes));  // sd of use below 0.05
  EXPECT_NEAR(browned_out / double{kEpisodes}, .01, 4 * std::sqrt(.01 * .99 / kEpisodes));
}

TEST(ConstrainedDpTest, AnEpisodeFollowsOneComponentDrawnByItsWeight) {
  DecisionModel model = Model();
  model.constraints = {{CostKind::kBrownOut, .01}};
  const auto plan = std::make_shared<const ConstrainedPlan>(SolveConstrained(model));
  ASSERT_EQ(plan->components.size(), 2U);
  std::vector<Observation> telling;  // where the components differ
  for (std::uint32_t left = 1; left <= 20; ++left) {
    for (int e = 0; e <= 100; ++e) {
      if (plan->Best(0, Joules(e), left, 0, 0) == plan->Best(1, Joules(e), left, 0, 0)) continue;
      telling.push_back({.energy_left = Joules(e), .requests_left = left});
    }
  }
  ASSERT_FALSE(telling.empty());
  ConstrainedDp policy(plan);
  constexpr int kEpisodes = 4000;
  int first = 0;
  for (std::uint32_t i = 0; i < kEpisodes; ++i) {
    const Noise noise{.seed = 8, .episode = i, .phase = Phase::kEval};
    std::set<std::size_t> followed;
    for (const Observation& seen : telling) {
      const ActionId action = policy.Act(seen, noise.Of(20 - *seen.requests_left));
      followed.insert(action == plan->Best(0, seen.energy_left, *seen.requests_left, 0, 0) ? 0 : 1);
    }
    ASSERT_EQ(followed.size(), 1U) << "episode " << i << " mixes components";
    first += followed.contains(0);
  }
  const double p = plan->components[0].weight;
  EXPECT_NEAR(first / double{kEpisodes}, p, 4 * std::sqrt(p * (1 - p) / kEpisodes));
}

TEST(ConstrainedDpTest, LeavesTheModelsOwnConstraintsAlone) {
  DecisionModel model = Model();
  model.constraints = {{CostKind::kEnergy, .01}};  // cannot be kept, but is not the context's
  EXPECT_NO_THROW(ConstrainedDpConfig{}.Make(ContextOf(model, {{CostKind::kEnergy, .9}})));
}

std::string ErrorOf(const PolicyContext& context) {
  try {
    ConstrainedDpConfig{}.Make(context);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(ConstrainedDpTest, BadInput) {
  const DecisionModel model = Model();
  EXPECT_THAT(ErrorOf(ContextOf(model, {})), HasSubstr("needs constraints"));
  const std::string line = ErrorOf(ContextOf(model, {{CostKind::kEnergy, .3}}));
  EXPECT_THAT(line, HasSubstr("within 0.3; the least that can be reached is 0.419"));
  EXPECT_THAT(line, Not(HasSubstr("\n")));
}

}  // namespace
}  // namespace edgesim
