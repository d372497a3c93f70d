// The action table of an experiment: the device's actions, then what the config adds to them.
#pragma once

#include "experiments/build.h"

namespace edgesim {

// Appends remotes, cascades, `reject` and `defer` to built.actions and makes built.world answer and
// execute them; the device's own actions are in place. Throws InputError.
void AddActions(const LoadedExperiment& loaded, BuiltExperiment& built);

}  // namespace edgesim
