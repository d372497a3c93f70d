#pragma once

#include "experiments/build.h"

namespace edgesim {

// Where an unscaled synthetic device spends whole steps of the planner's grid, its laws are known:
// they take the place of what was sampled.
void PutExactLaws(const BuiltExperiment& built, DecisionModel& model);

}  // namespace edgesim
