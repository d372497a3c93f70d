// The shield: which actions are masked, what stands in for them, what the policy inside learns.
#include "policies/shield.h"

#include <gtest/gtest.h>

#include "policies/baselines.h"

namespace edgesim {
namespace {

DecisionModel Model(const std::vector<std::vector<double>>& upper95) {
  DecisionModel model;
  model.outlook.resize(upper95.size());
  for (std::size_t c = 0; c < upper95.size(); ++c) {
    for (std::size_t a = 0; a < upper95[c].size(); ++a) {
      ActionOutlook outlook;
      outlook.exceedance = 0;  // the bound decides, not the estimate
      outlook.exceedance_upper95 = upper95[c][a];
      outlook.mean_score = static_cast<double>(a);
      model.outlook[c].push_back(outlook);
    }
  }
  return model;
}

// Keeps what it is told.
class Listener final : public Policy {
 public:
  explicit Listener(ActionId action, std::vector<Transition>& heard)
      : action_(action), heard_(heard) {}
  ActionId Act(const Observation&, const Noise&) override { return action_; }
  void Learn(const Transition& t) override { heard_.push_back(t); }

 private:
  ActionId action_;
  std::vector<Transition>& heard_;
};

TEST(ShieldTest, AMaskedActionIsReplacedByTheBestAllowedOne) {
  const DecisionModel model = Model({{0.01, 0.05, 0.2}, {0.9, 0.01, 0.01}});
  Shield shield(std::make_unique<Always>(2), {.epsilon = 0.05}, model);
  EXPECT_FALSE(shield.Masked(0, 1));  // the bound itself is allowed
  EXPECT_TRUE(shield.Masked(0, 2));
  EXPECT_EQ(shield.Act({.class_id = 0}, {}), 1U);
  EXPECT_EQ(shield.Act({.class_id = 1}, {}), 2U);
}

TEST(ShieldTest, RejectsWhereNothingIsAllowed) {
  Shield shield(std::make_unique<Always>(0), {.epsilon = 0.05}, Model({{0.1, 0.2}}));
  EXPECT_EQ(shield.Act({}, {}), kReject);
}

TEST(ShieldTest, ThePolicyInsideHearsWhatWasDoneButNoRejections) {
  std::vector<Transition> heard;
  Shield shield(std::make_unique<Listener>(1, heard), {.epsilon = 0.05}, Model({{0.0, 1.0}}));
  Transition done;
  done.action = shield.Act({}, {});
  EXPECT_EQ(done.action, 0U);
  shield.Learn(done);
  done.action = kReject;
  shield.Learn(done);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].action, 0U);
}

}  // namespace
}  // namespace edgesim
