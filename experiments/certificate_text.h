#pragma once

#include <string>

#include "experiments/summary.h"

namespace edgesim {

// The certificates of a run: each policy's gap to the optimum, its paired differences to the best
// constant action and the best static router, and what the evaluation says about each constraint.
// Constant actions other than the best are left out.
std::string CertificateTable(const BuiltExperiment& built, const RunSummary& summary);

}  // namespace edgesim
