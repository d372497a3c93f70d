// From a checked config of `edgesim fidelity` to what JudgeFidelity takes.
#pragma once

#include <string>
#include <vector>

#include "calibration/fidelity.h"
#include "experiments/cli/fidelity_text.h"
#include "experiments/load.h"

namespace edgesim {

// Reads what config.traces names, from the config's folder. Adds what was read and noticed to
// `run`. Throws InputError.
TraceSet ReadTraces(const LoadedFidelity& loaded, FidelityRun& run);

// Checks the words of every model against the rails; "published" models are read from their folder,
// or left out with a note where none is given. Throws InputError, at the word it is about.
FidelityOptions MakeOptions(const LoadedFidelity& loaded, const TraceSet& traces, FidelityRun& run);

}  // namespace edgesim
