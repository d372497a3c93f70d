#pragma once

#include <string>

#include "experiments/build.h"

namespace edgesim {

// The cost-reward table of the experiment's actions: energy, latency, peak and score of a request
// of the workload, from `config.optimum.draws` requests under each action, with where the figures
// come from, and what shields mask (experiments/shield_table.h).
std::string ActionsTable(const BuiltExperiment& built);

}  // namespace edgesim
