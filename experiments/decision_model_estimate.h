#pragma once

#include "experiments/build.h"
#include "sim/decision_model.h"

namespace edgesim {

// Samples every (class, action) `config.optimum.draws` times in phase kModel, in parallel; the
// result does not depend on the number of threads. With the classes of the workload, observed or
// not.
DecisionModel EstimateDecisionModel(const BuiltExperiment& built);

}  // namespace edgesim
