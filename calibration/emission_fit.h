// M-step of one state's emission law.
#pragma once

#include <vector>

#include "devices/hsmm.h"

namespace edgesim {

// A reading of which the state may be the cause.
struct WeightedReading {
  double weight = 0;          // P(state | all readings)
  double watts = 0;           // less the request's level, where the state takes it
  double before = 0;          // the reading before, likewise; NaN: unknown
  double level_variance = 0;  // of the level taken off, W^2
};

struct EmissionOptions {
  bool autoregressive = false;  // phi is fitted; else it stays 0
  // A state must return to its mean within about ten readings: slower states drift past the plateau
  // where a ramp happens to last long, and simulated peaks come out several watts too high.
  double largest_phi = 0.9;
  // The innovation's variance gets a prior of this size and weight, and a floor: a state that
  // explains a few equal readings must not become a spike.
  double prior_sd_w = 0.2;
  double prior_weight = 2;
  double floor_sd_w = 0.05;
};

// Fits mean, phi and the innovation's law, of the kind it has in `state`, by one step of
// (generalised) EM from the values in `state`. Nothing changes where the weights sum to less than
// 1e-6.
void FitEmission(const std::vector<WeightedReading>& readings, const EmissionOptions& options,
                 HsmmState& state);

// Precision a reading has for the level, per W^2, and the level it speaks for: the residual
// x - m - phi (before - m) divided by (1 - phi).
struct LevelEvidence {
  double precision = 0;
  double level_w = 0;
};
LevelEvidence EvidenceForLevel(const HsmmState& state, double watts, double before);

}  // namespace edgesim
