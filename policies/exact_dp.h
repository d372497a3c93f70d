// The unconstrained optimum of a finite-horizon decision model, by backward induction on (energy
// left on a grid, requests left, class of the request, resident model);
// policies/backward_induction.h says what is state when.
#pragma once

#include <memory>
#include <vector>

#include "policies/backward_induction.h"
#include "policies/context.h"
#include "policies/resident_tracker.h"

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

  // Expected reward from here on, linear between grid points of energy; `resident` is the model in
  // memory, as the decision model's model_switch counts them.
  double ActionValue(Joules left, std::uint32_t requests_left, std::uint32_t class_id,
                     ActionId action, std::uint32_t resident = 0) const;
  ActionId Best(Joules left, std::uint32_t requests_left, std::uint32_t class_id,
                std::uint32_t resident = 0) const;

  bool class_blind() const { return dynamics_.classes() == 1; }
  const EpisodeDynamics& dynamics() const { return dynamics_; }

 private:
  double step_j_;
  EpisodeDynamics dynamics_;
  std::size_t actions_;
  std::vector<double> values_;  // [GridIndex][action]
  double value_ = 0;
};

// No policy that uses only what the planner sees can expect more than this, up to the model's
// sampling: energies are lowered and rounded down, mean scores raised, each by two standard errors.
double UpperBound(const DecisionModel& model);

class ExactDp final : public Policy {
 public:
  explicit ExactDp(std::shared_ptr<const ExactPlan> plan)
      : plan_(std::move(plan)), resident_(plan_->dynamics()) {}
  void BeginEpisode(std::uint32_t, Phase) override { resident_.Reset(); }
  ActionId Act(const Observation& seen, const Noise&) override {
    const std::uint32_t class_id = plan_->class_blind() ? 0 : seen.class_id;
    const ActionId action =
        plan_->Best(seen.energy_left, *seen.requests_left, class_id, resident_.Now());
    resident_.Took(class_id, action);
    return action;
  }

 private:
  std::shared_ptr<const ExactPlan> plan_;
  ResidentTracker resident_;
};

// The most an episode could earn had its energies and rewards been known in advance, requests
// skipped at will: a multiple-choice knapsack. energy_j and reward are [request][action]; energies
// are rounded down to budget / grid.
double HindsightReward(const std::vector<std::vector<double>>& energy_j,
                       const std::vector<std::vector<double>>& reward, Joules budget,
                       std::size_t grid);

}  // namespace edgesim
