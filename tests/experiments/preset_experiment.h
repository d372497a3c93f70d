// The shipped problems with known values, changed as a test needs them.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "experiments/build.h"
#include "experiments/decision_model_estimate.h"
#include "experiments/files.h"
#include "experiments/load.h"
#include "policies/cmdp_solver.h"
#include "policies/constrained_router.h"
#include "policies/exact_dp.h"

namespace edgesim {

// `name` of a file in experiments/configs/.
inline LoadedExperiment LoadPreset(const std::string& name,
                                   const std::vector<std::string>& overrides = {}) {
  const std::string path =
      std::string(EDGESIM_SOURCE_DIR) + "/experiments/configs/" + name + ".yaml";
  return ParseExperiment(ReadTextFile(path), name + ".yaml", overrides);
}

inline std::unique_ptr<BuiltExperiment> BuildPreset(
    const std::string& name, const std::vector<std::string>& overrides = {}) {
  return Build(LoadPreset(name, overrides));
}

// An experiment with its decision model and what is planned on it, as a run has them.
struct PlannedExperiment {
  std::unique_ptr<BuiltExperiment> built;
  DecisionModel model;
  Plans plans;

  explicit PlannedExperiment(std::unique_ptr<BuiltExperiment> from)
      : built(std::move(from)), model(EstimateDecisionModel(*built)) {
    plans.model = &model;
    if (!WhyNoOptimum(*built).empty()) return;
    plans.optimum = std::make_shared<ExactPlan>(model);
    plans.class_blind = std::make_shared<ExactPlan>(MergeClasses(model));
    if (model.constraints.empty()) {
      plans.router = BestRouter(model).action_of_class;
      return;
    }
    auto plan = std::make_shared<ConstrainedPlan>(SolveConstrained(model));
    if (!plan->feasible) throw std::logic_error(plan->infeasible_because);  // a test's mistake
    plans.constrained = std::move(plan);
    if (const auto router = BestRouterUnder(model)) plans.router = router->action_of_class;
  }
  PlannedExperiment(const PlannedExperiment&) = delete;
  PlannedExperiment& operator=(const PlannedExperiment&) = delete;
};

}  // namespace edgesim
