// Pacing on a quantile of energy: the best mean score among the actions with which all requests
// that are left, were they all like this one, would fit into what is left with the given
// probability; where there is none, the action that needs least for it.
//
// The quantile is that of the sum, not of one request: a sum's deviation grows with the root of its
// terms, so a share of the quantile of each would keep back far more than the risk asks for.
#pragma once

#include <memory>
#include <vector>

#include "policies/context.h"

namespace edgesim {

struct RiskPacingConfig {
  static constexpr const char* kKind = "risk-pacing";
  static constexpr PolicySort kSort = PolicySort::kRule;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  double quantile = 0.9;
  template <class V>
  void Visit(V& v) {
    v.Field("quantile", quantile, 0.01, 0.999999);
  }
};

class RiskPacing final : public Policy {
 public:
  RiskPacing(const RiskPacingConfig& config, const DecisionModel& model);
  ActionId Act(const Observation& seen, const Noise&) override;

 private:
  const DecisionModel& model_;
  std::vector<std::vector<std::vector<double>>> needs_j_;  // [class][action][requests left - 1]
};

}  // namespace edgesim
