#pragma once

#include <string>
#include <vector>

#include "experiments/sensitivity.h"

namespace edgesim {

// One table per world and one over all of them.
std::string SensitivityTables(const SensitivityReport& report);

// Sentences: whether the order holds, who changes places and whether that is more than noise, which
// constraints no longer hold, and what the best policy would lose.
std::vector<std::string> SensitivityVerdicts(const SensitivityReport& report);

// No time, host or thread count is in it.
std::string SensitivityJson(const BuiltExperiment& built, const SensitivityReport& report);

}  // namespace edgesim
