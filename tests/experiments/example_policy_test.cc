// The worked example of docs/adding_a_policy.md, compiled and run; the page shows the parts between
// the marks, and a test holds them to be the same text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policies/policy_state.h"
#include "sim/input_error.h"
#include "tests/experiments/preset_experiment.h"

// [header]
#include <memory>
#include <vector>

#include "policies/context.h"

namespace edgesim {

// Explores for some episodes, then takes the action that earned most per request, class by class.
struct ExploreFirstConfig {
  static constexpr const char* kKind = "explore-first";
  static constexpr PolicySort kSort = PolicySort::kLearner;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  std::uint32_t explore_episodes = 30;
  template <class V>
  void Visit(V& v) {
    v.Field("explore_episodes", explore_episodes, 1, 1'000'000);
  }
};

class ExploreFirst final : public Policy {
 public:
  ExploreFirst(const ExploreFirstConfig& config, const PolicyContext& context);

  void BeginEpisode(std::uint32_t episode, Phase phase) override;
  ActionId Act(const Observation& seen, const Noise& noise) override;
  void Learn(const Transition& transition) override;
  PolicyState Save() const override;
  void Load(const PolicyState& state) override;

 private:
  double Mean(std::uint32_t class_id, ActionId action) const;

  std::uint32_t explore_episodes_;
  std::uint32_t actions_;
  bool exploring_ = false;
  std::vector<double> tries_, reward_;  // [class][action]; reward is a sum
};

}  // namespace edgesim
// [end]

// [source]
namespace edgesim {

ExploreFirst::ExploreFirst(const ExploreFirstConfig& config, const PolicyContext& context)
    : explore_episodes_(config.explore_episodes),
      actions_(static_cast<std::uint32_t>(context.actions)),
      tries_(context.classes * context.actions),
      reward_(tries_.size()) {}

void ExploreFirst::BeginEpisode(std::uint32_t episode, Phase phase) {
  exploring_ = phase == Phase::kTrain && episode < explore_episodes_;
}

ActionId ExploreFirst::Act(const Observation& seen, const Noise& noise) {
  if (exploring_) {
    WordStream words = noise.Words(Stream::kExplore);
    return UniformIndex(words, actions_);
  }
  ActionId best = 0;
  for (ActionId a = 1; a < actions_; ++a) {
    if (Mean(seen.class_id, a) > Mean(seen.class_id, best)) best = a;
  }
  return best;
}

double ExploreFirst::Mean(std::uint32_t class_id, ActionId action) const {
  const std::size_t i = class_id * actions_ + action;
  return tries_[i] > 0 ? reward_[i] / tries_[i] : 0;
}

void ExploreFirst::Learn(const Transition& t) {
  const std::size_t i = t.before.class_id * actions_ + t.action;
  ++tries_[i];
  reward_[i] += t.reward;
}

PolicyState ExploreFirst::Save() const { return {{"tries", tries_}, {"reward", reward_}}; }

void ExploreFirst::Load(const PolicyState& state) {
  tries_ = StatePart(state, "tries", tries_.size());
  reward_ = StatePart(state, "reward", reward_.size());
}

std::unique_ptr<Policy> ExploreFirstConfig::Make(const PolicyContext& context) const {
  return std::make_unique<ExploreFirst>(*this, context);
}

}  // namespace edgesim
// [end]

namespace edgesim {
namespace {

// S2 on 200 J with brown-outs at -5: the dearest action earns most per request until the budget's
// end is learned from. The rewards of brown-outs are its only warning.
TEST(ExamplePolicy, LearnsWhatEarnsMost) {
  const auto built = BuildPreset("s2_brownout", {"workload.requests=5"});  // a budget for all
  const auto policy = ExploreFirstConfig{}.Make({.actions = built->actions.size(), .requests = 5});
  const auto play = [&](std::uint32_t episode, Phase phase) {
    return RunEpisode(built->world, *policy, "explore-first",
                      {.seed = 1, .episode = episode, .phase = phase});
  };
  std::set<ActionId> tried;
  for (std::uint32_t e = 0; e < 300; ++e) {
    for (const RequestRow& row : play(e, Phase::kTrain).rows) tried.insert(row.action);
  }
  EXPECT_EQ(tried.size(), 6U);
  for (std::uint32_t e = 0; e < 10; ++e) {
    for (const RequestRow& row : play(e, Phase::kEval).rows) EXPECT_GE(row.action, 3U);
  }
  const auto resumed = ExploreFirstConfig{}.Make({.actions = 6, .requests = 5});
  resumed->Load(policy->Save());
  EXPECT_EQ(resumed->Save(), policy->Save());
  EXPECT_THROW(resumed->Load({}), InputError);
}

std::string Between(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t begin = text.find(from) + from.size();
  return text.substr(begin, text.find(to, begin) - begin);
}

TEST(ExamplePolicy, ThePageShowsWhatIsCompiled) {
  const std::string root = EDGESIM_SOURCE_DIR;
  const std::string code = ReadTextFile(root + "/tests/experiments/example_policy_test.cc"),
                    page = ReadTextFile(root + "/docs/adding_a_policy.md");
  for (const std::string mark : {"[header]", "[source]"}) {
    const std::string part = Between(code, "// " + mark + "\n", "// [end]");
    ASSERT_GT(part.size(), 500U);
    EXPECT_THAT(page, testing::HasSubstr(part)) << mark;
  }
}

}  // namespace
}  // namespace edgesim
