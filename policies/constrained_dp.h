// The exact optimum under the experiment's constraints on expected costs: each episode follows one
// component of the optimal mixture (policies/cmdp_solver.h), drawn with its weight.
#pragma once

#include <memory>

#include "policies/cmdp_solver.h"
#include "policies/context.h"
#include "policies/resident_tracker.h"

namespace edgesim {

struct ConstrainedDpConfig {
  static constexpr const char* kKind = "constrained-dp";
  static constexpr PolicySort kSort = PolicySort::kPlanner;
  // Throws InputError where there are no constraints or no policy can keep them.
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  template <class V>
  void Visit(V&) {}
};

class ConstrainedDp final : public Policy {
 public:
  explicit ConstrainedDp(std::shared_ptr<const ConstrainedPlan> plan)
      : plan_(std::move(plan)), resident_(plan_->dynamics) {}
  void BeginEpisode(std::uint32_t, Phase) override { resident_.Reset(); }
  ActionId Act(const Observation& seen, const Noise& noise) override;

 private:
  std::shared_ptr<const ConstrainedPlan> plan_;
  ResidentTracker resident_;
};

}  // namespace edgesim
