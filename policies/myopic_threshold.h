// A fixed price of energy: argmax E[reward] - price * E[energy], whatever is left.
#pragma once

#include <memory>
#include <optional>

#include "policies/context.h"

namespace edgesim {

struct MyopicThresholdConfig {
  static constexpr const char* kKind = "myopic-threshold";
  static constexpr PolicySort kSort = PolicySort::kRule;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  // Reward that the energy of a whole budget is worth. Default: the least for which the mean energy
  // of an episode's requests is within the budget.
  std::optional<double> price_per_budget;
  template <class V>
  void Visit(V& v) {
    v.Field("price_per_budget", price_per_budget, 0, 1e6);
  }
};

class MyopicThreshold final : public Policy {
 public:
  // `price` is reward per joule. Of equal actions the one of less energy is taken.
  MyopicThreshold(const DecisionModel& model, double price);
  ActionId Act(const Observation& seen, const Noise&) override {
    return action_of_class_[seen.class_id];
  }

 private:
  std::vector<ActionId> action_of_class_;
};

}  // namespace edgesim
