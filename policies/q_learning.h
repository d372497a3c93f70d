// Tabular Q-learning (Watkins 1989; Sutton and Barto, section 6.5), epsilon-greedy in training.
// Frozen, ties are broken by a draw that is fixed per state.
#pragma once

#include <string>
#include <vector>

#include "policies/context.h"
#include "policies/discretizer.h"
#include "policies/q_table.h"

namespace edgesim {

struct QLearningConfig {
  static constexpr const char* kKind = "q-learning";
  static constexpr PolicySort kSort = PolicySort::kLearner;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  std::vector<std::string> features = {"energy"};  // of energy, requests_left, category
  std::uint32_t energy_bins = 10;
  double learning_rate = 0.3;
  double discount = 0.9;
  // Epsilon falls linearly from start to end over this many episodes, then stays.
  double epsilon_start = 1;
  double epsilon_end = 0.05;
  std::uint32_t epsilon_episodes = 150;
  double initial_q = 0;

  template <class V>
  void Visit(V& v) {
    v.OneOrMoreOf("features", features, {"energy", "requests_left", "category"});
    v.Field("energy_bins", energy_bins, 2, 1000);
    v.Field("learning_rate", learning_rate, 1e-6, 1);
    v.Field("discount", discount, 0, 1);
    v.Field("epsilon_start", epsilon_start, 0, 1);
    v.Field("epsilon_end", epsilon_end, 0, 1);
    v.Field("epsilon_episodes", epsilon_episodes, 1, 1000000000);
    v.Field("initial_q", initial_q, -1e6, 1e6);
  }
};

class QLearning final : public Policy {
 public:
  // `requests` of an episode and `classes` of requests size the table where the features need them.
  QLearning(const QLearningConfig& config, std::size_t actions, std::uint32_t requests,
            std::uint32_t classes);

  void BeginEpisode(std::uint32_t episode, Phase phase) override;
  ActionId Act(const Observation& seen, const Noise& noise) override;
  void Learn(const Transition& transition) override;
  PolicyState Save() const override;
  void Load(const PolicyState& state) override;

  double Epsilon() const { return epsilon_; }
  const QTable& Table() const { return table_; }

 private:
  QLearningConfig config_;
  std::size_t actions_;
  Discretizer discretizer_;
  QTable table_;
  double epsilon_ = 0;
  bool training_ = true;
};

}  // namespace edgesim
