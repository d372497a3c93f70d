// The threshold of the online knapsack problem (Zhou, Chakrabarty and Lukose, WINE 2008): with a
// share z of the budget used, an action is taken only if its score per joule is at least
// (U e / L)^z (L / e), where L and U are the least and the most score per joule that any action has
// on any class. Its competitive ratio, ln(U / L) + 1, holds for requests that are each small beside
// the budget and may be turned away.
#pragma once

#include <memory>

#include "policies/context.h"

namespace edgesim {

struct OnlineKnapsackConfig {
  static constexpr const char* kKind = "online-knapsack";
  static constexpr PolicySort kSort = PolicySort::kRule;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  template <class V>
  void Visit(V&) {}
};

// The best mean score among the actions at or above the threshold; where none is, and a request
// must be served, the most score per joule.
class OnlineKnapsack final : public Policy {
 public:
  explicit OnlineKnapsack(const DecisionModel& model);
  ActionId Act(const Observation& seen, const Noise&) override;

  // In score per joule.
  double Threshold(double used) const;

 private:
  const DecisionModel& model_;
  double least_ = 0, most_ = 0;  // L and U
};

}  // namespace edgesim
