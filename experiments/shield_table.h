#pragma once

#include <string>

#include "experiments/build.h"

namespace edgesim {

// What the shields of the experiment mask and why: for each class and action the share of requests
// over the power cap, in %, with its upper 95 % bound, and what stands in for a masked action. One
// table per epsilon; empty where no policy has a shield. `model` with the classes the policies see.
std::string ShieldTables(const BuiltExperiment& built, const DecisionModel& model);

}  // namespace edgesim
