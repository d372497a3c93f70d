// Critics of reward and cost: values by hand, one policy for all of them, and multipliers that
// change the choice without relearning.
#include "policies/cost_critics.h"

#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

constexpr double kRounding = 1e-12;

struct Critics {
  explicit Critics(std::uint32_t planning_steps)
      : critics(Discretizer{.requests = 3}, 2, 1, planning_steps) {}
  void Learn(std::uint32_t state, ActionId action, double reward, double cost,
             std::optional<std::uint32_t> next, double lambda = 0) {
    const std::vector<double> signals = {reward, cost}, multipliers = {lambda};
    WordStream words = Noise{.seed = steps++}.Words(Stream::kResample);
    critics.Learn(state, action, signals, next, multipliers, words);
  }
  ActionId Choice(std::uint32_t state, double lambda) const {
    return critics.Choice(state, std::vector<double>{lambda});
  }
  CostCritics critics;
  std::uint64_t steps = 0;
};

TEST(CostCriticsTest, ValuesAreMeansOverCountsAndFollowOnePolicy) {
  Critics c(0);
  c.Learn(0, 0, 1, 0.5, std::nullopt);  // dear
  c.Learn(0, 1, 0.4, 0, std::nullopt);  // safe
  c.Learn(1, 0, 0.2, 0.125, 0, 0);
  EXPECT_NEAR(c.critics.Table(0).Value(1, 0), 1.2, kRounding);
  EXPECT_NEAR(c.critics.Table(1).Value(1, 0), 0.625, kRounding);
  c.Learn(1, 0, 0.4, 0.375, std::nullopt, 0);  // half of the time it ends here
  EXPECT_NEAR(c.critics.Table(0).Value(1, 0), 0.3 + 0.5, kRounding);
  EXPECT_NEAR(c.critics.Table(1).Value(1, 0), 0.25 + 0.25, kRounding);
  c.Learn(1, 0, 0.3, 0.25, std::nullopt, 2);  // at this price the safe action follows
  EXPECT_NEAR(c.critics.Table(0).Value(1, 0), 0.3 + 0.4 / 3, kRounding);
  EXPECT_NEAR(c.critics.Table(1).Value(1, 0), 0.25, kRounding);
}

TEST(CostCriticsTest, MultipliersChangeTheChoiceAtOnce) {
  Critics c(0);
  c.Learn(0, 0, 1, 0.5, std::nullopt);
  c.Learn(0, 1, 0.4, 0, std::nullopt);
  EXPECT_EQ(c.Choice(0, 0), 0U);
  EXPECT_EQ(c.Choice(0, 1.1), 0U);  // 1 - 1.1 * .5 > .4
  EXPECT_EQ(c.Choice(0, 1.3), 1U);
}

TEST(CostCriticsTest, AnActionNeverTriedIsNoOnesFuture) {
  Critics c(0);
  c.Learn(0, 0, -3, 0, std::nullopt);
  c.Learn(1, 0, 1, 0, 0);
  EXPECT_NEAR(c.critics.Table(0).Value(1, 0), -2, kRounding);  // not 1 + 0 of the other action
}

TEST(CostCriticsTest, PlanningReachesWhatWasSeenBefore) {
  const auto first_value = [](std::uint32_t planning_steps) {
    Critics c(planning_steps);
    c.Learn(2, 0, 0, 0, 1);
    c.Learn(1, 0, 0, 0, 0);
    c.Learn(0, 0, 1, 0.5, std::nullopt);
    return c.critics.Table(1).Value(2, 0);
  };
  EXPECT_EQ(first_value(0), 0);
  EXPECT_NEAR(first_value(60), 0.5, kRounding);
}

TEST(CostCriticsTest, SavedAndLoadedItGoesOn) {
  Critics one(3), other(3);
  for (std::uint32_t i = 0; i < 20; ++i) one.Learn(i % 3, i % 2, 0.1 * i, 0.2, (i + 1) % 3, 0.5);
  PolicyState saved, a, b;
  one.critics.Save(saved);
  other.critics.Load(saved);
  other.steps = one.steps;
  for (Critics* c : {&one, &other}) c->Learn(1, 1, 3, 1, 0, 0.5);
  one.critics.Save(a);
  other.critics.Save(b);
  EXPECT_EQ(a, b);
  CostCritics two_costs(Discretizer{.requests = 3}, 2, 2, 3);
  EXPECT_THROW(two_costs.Load(saved), InputError);
}

}  // namespace
}  // namespace edgesim
