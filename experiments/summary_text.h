// What `edgesim run` prints: the table, one sentence per learner, warnings.
#pragma once

#include <string>
#include <vector>

#include "experiments/summary.h"

namespace edgesim {

std::string ResultTable(const BuiltExperiment& built, const RunSummary& summary);

// One sentence per learner; with `explain_curve` two more on what its training curve shows and what
// not.
std::vector<std::string> Verdicts(const BuiltExperiment& built, const RunSummary& summary);

// One line for each setting that cannot work; known before anything has run except for the model.
std::vector<std::string> Warnings(const BuiltExperiment& built, const DecisionModel& model);

}  // namespace edgesim
