// Is a new run worse than a base run? The regression gate.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace edgesim {

struct CompareOptions {
  // Worse only if the paired mean difference is below -margin * |base mean| and its 95 % interval
  // excludes 0.
  double margin = 0.01;
  // A cap constraint holds if the upper end of the request exceedance's interval is within this
  // share.
  double cap_tolerance = 0.05;
};

struct CompareLine {
  std::string policy;
  std::string what;     // "evaluation reward", "training curve", "power cap", "policy"
  std::string verdict;  // one readable phrase with figures
  bool broken = false;
};

// Compares evaluation rewards, training curves (mean of the last tenth of the episodes) and cap
// constraints of every policy of `base`, paired by replica. Throws InputError where a folder holds
// no run or the two are not runs of the same experiment.
std::vector<CompareLine> Compare(const std::filesystem::path& base,
                                 const std::filesystem::path& fresh, const CompareOptions& options);

}  // namespace edgesim
