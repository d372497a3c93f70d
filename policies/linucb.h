// LinUCB: a contextual bandit, argmax over actions of theta.x + alpha sqrt(x' A^-1 x). It knows of
// no budget: each request stands alone, and by default its reward counts only where its energy
// stayed within the even share of what was left (energy left / requests left).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "policies/context.h"
#include "policies/last_choice.h"
#include "policies/linucb_rule.h"

namespace edgesim {

struct LinUcbConfig {
  static constexpr const char* kKind = "linucb";
  static constexpr PolicySort kSort = PolicySort::kLearner;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  double alpha = 0.5;  // in training; 0 when frozen
  double ridge = 1;
  std::string objective = "within_share";
  template <class V>
  void Visit(V& v) {
    v.Field("alpha", alpha, 0, 1000);
    v.Field("ridge", ridge, 1e-9, 1e9);
    v.OneOf("objective", objective, {"within_share", "reward"});
  }
};

class LinUcb final : public Policy {
 public:
  LinUcb(const LinUcbConfig& config, const PolicyContext& context);

  void BeginEpisode(std::uint32_t episode, Phase phase) override;
  ActionId Act(const Observation& seen, const Noise& noise) override;
  void Learn(const Transition& transition) override;
  PolicyState Save() const override;
  void Load(const PolicyState& state) override;

  // One-hot class; 1; the even share of what is left over the budget's, at most 2.
  Eigen::VectorXd Features(const Observation& seen) const;

 private:
  LinUcbConfig config_;
  std::uint32_t requests_, classes_;
  double width_ = 0;
  std::vector<LinUcbRule> rules_;  // [action]
  std::vector<double> refused_;    // [class][action], 0 or 1
  LastChoice choice_;
};

}  // namespace edgesim
