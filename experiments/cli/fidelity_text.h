// The printed tables of `edgesim fidelity`.
#pragma once

#include <string>
#include <vector>

#include "calibration/fidelity.h"
#include "experiments/fidelity_config.h"

namespace edgesim {

// A finished comparison, and how it came about.
struct FidelityRun {
  FidelityConfig config;
  FidelityReport report;
  std::vector<std::string> notes;  // what importing changed, which models were left out
  struct Input {
    std::string file, hash;
  };
  std::vector<Input> inputs;  // files read, without their folders
};

// All tables, each with a line above it that says what it is; below 160 columns.
std::string FidelityText(const FidelityRun& run);

}  // namespace edgesim
