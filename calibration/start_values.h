// Start values for EM, read off the traces.
#pragma once

#include <cstdint>
#include <vector>

#include "calibration/model_spec.h"
#include "devices/hsmm.h"

namespace edgesim {

// Readings of one rail on the grid of its emission interval.
struct RailSequences {
  double interval_s = 0;
  std::vector<std::vector<double>> watts;  // per sequence; NaN = missing
  bool mid_stay = false;                   // the sequences begin at no particular moment
  double quantum_w = 0;                    // step the readings were rounded to; 0: unknown
};

// A model of the given structure whose parameters are those of readings labelled by simple rules.
// Restart 0 takes the rules as they are, the others with cuts drawn at random, keyed by `seed`.
// kRamp: start -> ramp_1 .. ramp_n -> settle_1 .. settle_m -> plateau (absorbing); ramp states are
// bins of the running maximum, settling states bins of the time since the ramp's end. A rail that
// overshoots, i.e. whose settling mean is above the later plateau by more than 5 W, gets one
// settling state more.
// kFree: levels cut at quantiles of the readings, each leading to every other; a single state is
// absorbing.
Hsmm StartModel(const ModelSpec& spec, const RailSequences& data, int restart, std::uint64_t seed);

}  // namespace edgesim
