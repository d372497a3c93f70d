// Fit of one rail: the best of several EM runs.
#pragma once

#include <cstdint>

#include "calibration/hsmm_em.h"
#include "calibration/model_spec.h"
#include "calibration/start_values.h"

namespace edgesim {

struct FitControl {
  int restarts = 10;  // >= 1; the first starts from the rules' values, the others from random cuts
  std::uint64_t seed = 1;
  EmOptions em;
};

// Runs the restarts in parallel for a few iterations and the best of them to the end; the result
// does not depend on the number of threads. States are named by what they came to mean
// (StateNames).
HsmmFit FitRail(const ModelSpec& spec, const RailSequences& data, const FitControl& control);

// EM from `start`, a model fitted to similar data.
HsmmFit RefitRail(const HsmmFit& start, const ModelSpec& spec, const RailSequences& data,
                  const FitControl& control);

}  // namespace edgesim
