// fidelity.json: the whole report, and how it came about.
#pragma once

#include <string>

#include "experiments/cli/fidelity_text.h"

namespace edgesim {

// Every number of the report in the shortest digits that read back to it; null for NaN. Files are
// named without their folders, with a hash of their text.
std::string FidelityJson(const FidelityRun& run);

}  // namespace edgesim
