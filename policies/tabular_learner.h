// One learner for all update rules on tables: a discretised observation is the state, exploration
// is epsilon-greedy, a state and action learns at the rate 1/(its visits).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policies/context.h"
#include "policies/discretizer.h"
#include "policies/tabular_rule.h"
#include "policies/visit_counts.h"

namespace edgesim {

struct TabularConfig {
  static constexpr PolicySort kSort = PolicySort::kLearner;
  std::vector<std::string> features = {"energy", "requests_left", "category"};
  std::uint32_t energy_bins = 15;
  double discount = 1;
  double learning_rate_floor = 0.02;  // the rate is max(floor, 1/n)
  // Epsilon falls linearly from 1 to 0.05 over this share of the training episodes, then stays.
  double epsilon_share = 0.75;

  template <class V>
  void Visit(V& v) {
    v.OneOrMoreOf("features", features, {"energy", "requests_left", "category"});
    v.Field("energy_bins", energy_bins, 2, 1000);
    v.Field("discount", discount, 0, 1);
    v.Field("learning_rate_floor", learning_rate_floor, 0, 1);
    v.Field("epsilon_share", epsilon_share, 0, 1);
  }
};

// Share of random actions in this episode of training.
double EpsilonOf(std::uint32_t episode, double epsilon_share, std::uint32_t train_episodes);

// Frozen, it takes FrozenChoice of policies/frozen_choice.h.
class TabularLearner final : public Policy {
 public:
  // The rule's tables have cells.States() rows.
  TabularLearner(const TabularConfig& config, const PolicyContext& context,
                 const Discretizer& cells, std::unique_ptr<TabularRule> rule);

  void BeginEpisode(std::uint32_t episode, Phase phase) override;
  ActionId Act(const Observation& seen, const Noise& noise) override;
  void Learn(const Transition& transition) override;
  PolicyState Save() const override;  // between episodes
  void Load(const PolicyState& state) override;

  double Epsilon() const { return epsilon_; }
  const TabularRule& Rule() const { return *rule_; }

 private:
  ActionId Choose(std::uint32_t state, const Noise& noise) const;

  TabularConfig config_;
  std::uint32_t train_episodes_;
  Discretizer cells_;
  VisitCounts visits_;
  std::unique_ptr<TabularRule> rule_;
  double epsilon_ = 0;
  bool training_ = false;
  Noise decision_;                      // of the last choice
  std::optional<TabularStep> pending_;  // waits for the next choice
};

template <class Rule, class... Extra>
std::unique_ptr<TabularLearner> MakeTabularLearner(const TabularConfig& config,
                                                   const PolicyContext& context, Extra... extra) {
  const Discretizer cells =
      DiscretizerOf(config.features, config.energy_bins, context.requests, context.classes);
  return std::make_unique<TabularLearner>(
      config, context, cells, std::make_unique<Rule>(cells.States(), context.actions, extra...));
}

}  // namespace edgesim
