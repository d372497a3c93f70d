// The synthetic device of an experiment and its requests.
#pragma once

#include <string>
#include <vector>

#include "experiments/build_device.h"
#include "sim/action_law.h"
#include "workloads/mt_bench.h"

namespace edgesim {

// Throws InputError at `key` where a law does not hold together or has not one value, or one per
// class.
void CheckLaws(const LoadedExperiment& loaded, const std::string& key,
               const std::vector<ActionLaw>& laws, std::size_t classes);

// The actions that the experiment takes of those of its synthetic device.
std::vector<ActionLaw> ChosenLaws(const LoadedExperiment& loaded);

ChosenDevice ReadSyntheticDevice(const LoadedExperiment& loaded);

// One question per entry of workload.classes.
QuestionSet SyntheticQuestions(const WorkloadConfig& config);

}  // namespace edgesim
