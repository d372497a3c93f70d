// The optimum of a finite-horizon decision model with a hard energy budget, by backward induction
// on (energy left on a grid, requests left, class of the request).
#pragma once

#include <memory>
#include <vector>

#include "policies/context.h"

namespace edgesim {

struct ExactDpConfig {
  static constexpr const char* kKind = "exact-dp";
  static constexpr PolicySort kSort = PolicySort::kPlanner;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  bool category = true;  // false: plan as if the class of a request were not seen
  template <class V>
  void Visit(V& v) {
    v.Field("category", category);
  }
};

// All action values, as a plain value shared by every policy that follows them.
class ExactPlan {
 public:
  explicit ExactPlan(const DecisionModel& model);

  // Expected reward of an episode under the best policy, by the model.
  double Value() const { return value_; }

  // Expected reward from here on, linear between grid points of energy.
  double ActionValue(Joules left, std::uint32_t requests_left, std::uint32_t class_id,
                     ActionId action) const;
  ActionId Best(Joules left, std::uint32_t requests_left, std::uint32_t class_id) const;

  bool class_blind() const { return classes_ == 1; }

 private:
  const double* Row(std::uint32_t requests_left, std::uint32_t class_id, std::size_t energy) const {
    return &values_[(((requests_left - 1) * classes_ + class_id) * (grid_ + 1) + energy) *
                    actions_];
  }

  double step_j_;
  std::size_t grid_, classes_, actions_;
  std::vector<double> values_;  // [requests left - 1][class][energy 0 .. grid_][action]
  double value_ = 0;
};

// No policy that uses only what the planner sees can expect more than this, up to the model's
// sampling: energies are lowered and rounded down, mean scores raised, each by two standard errors.
double UpperBound(const DecisionModel& model);

class ExactDp final : public Policy {
 public:
  explicit ExactDp(std::shared_ptr<const ExactPlan> plan) : plan_(std::move(plan)) {}
  ActionId Act(const Observation& seen, const Noise&) override {
    return plan_->Best(seen.energy_left, *seen.requests_left,
                       plan_->class_blind() ? 0 : seen.class_id);
  }

 private:
  std::shared_ptr<const ExactPlan> plan_;
};

// The most an episode could earn had its energies and rewards been known in advance, requests
// skipped at will: a multiple-choice knapsack. energy_j and reward are [request][action]; energies
// are rounded down to budget / grid.
double HindsightReward(const std::vector<std::vector<double>>& energy_j,
                       const std::vector<std::vector<double>>& reward, Joules budget,
                       std::size_t grid);

}  // namespace edgesim
