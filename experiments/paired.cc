#include "experiments/paired.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace edgesim {

std::vector<double> RewardPerReplica(const PolicyRun& run) {
  std::vector<double> rewards;
  for (const Replica& replica : run.replicas) {
    double sum = 0;
    for (const EvalRow& row : replica.eval) sum += row.reward;
    rewards.push_back(sum / static_cast<double>(replica.eval.size()));
  }
  return rewards;
}

Estimate PairedDifference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> difference;
  std::transform(a.begin(), a.end(), b.begin(), std::back_inserter(difference), std::minus<>());
  return EstimateOverReplicas(difference);
}

}  // namespace edgesim
