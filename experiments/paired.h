// Rewards held against each other on the same requests and noise.
#pragma once

#include <vector>

#include "experiments/runner.h"
#include "sim/stats.h"

namespace edgesim {

std::vector<double> RewardPerReplica(const PolicyRun& run);  // mean over its evaluation episodes

// Of a - b, replica by replica.
Estimate PairedDifference(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace edgesim
