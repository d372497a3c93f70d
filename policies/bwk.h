// Primal-dual bandit with knapsacks: argmax over actions of UCB(reward) - price LCB(energy), per
// class of request. Energy counts in even shares of the budget (budget / requests), so a round may
// use 1. An episode is a run with a full budget; the price at its start is learned over all rounds
// by gradient descent, within an episode it rises with what was spent beyond the even pace.
#pragma once

#include <memory>
#include <vector>

#include "policies/bwk_rule.h"
#include "policies/context.h"
#include "policies/last_choice.h"

namespace edgesim {

struct BwkConfig {
  static constexpr const char* kKind = "bwk";
  static constexpr PolicySort kSort = PolicySort::kLearner;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  double exploration = 0.05;  // of the confidence radius; 0 when frozen
  double step = 0.1;          // of the price that is learned
  double pace = 0.05;         // price per even share spent beyond the even pace
  template <class V>
  void Visit(V& v) {
    v.Field("exploration", exploration, 0, 1000);
    v.Field("step", step, 0, 1000);
    v.Field("pace", pace, 0, 1000);
  }
};

class KnapsackBandit final : public Policy {
 public:
  KnapsackBandit(const BwkConfig& config, const PolicyContext& context);

  void BeginEpisode(std::uint32_t episode, Phase phase) override;
  ActionId Act(const Observation& seen, const Noise& noise) override;
  void Learn(const Transition& transition) override;
  PolicyState Save() const override;
  void Load(const PolicyState& state) override;

  double Price(const Observation& seen) const;

 private:
  BwkConfig config_;
  std::size_t actions_;
  std::uint32_t requests_;
  bool training_ = false;
  double price_ = 0, rounds_ = 0;
  std::vector<BwkArm> arms_;     // [class][action]
  std::vector<double> refused_;  // likewise, 0 or 1
  LastChoice choice_;
};

}  // namespace edgesim
