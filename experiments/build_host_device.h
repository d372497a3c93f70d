#pragma once

#include "experiments/build_device.h"

namespace edgesim {

// The device of a config with `host_profile`: actions are models of the catalogue, power is given.
// The profile may be that of any host: what is simulated is the host that was measured. Throws
// InputError.
ChosenDevice ReadCalibratedHost(const LoadedExperiment& loaded);

}  // namespace edgesim
