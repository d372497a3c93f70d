// Start values for EM, read off the traces.
#pragma once

#include <string>
#include <vector>

#include "devices/hsmm.h"

namespace edgesim {

// start -> ramp_1 .. ramp_n -> settle_1 .. settle_m -> plateau (absorbing). Ramp states are bins of
// the running maximum, settling states bins of the time since the ramp's end. A rail that
// overshoots, i.e. whose settling mean is above the later plateau by more than kOvershootW, gets
// one settling state more.
Hsmm LeftToRightStart(const std::vector<std::vector<double>>& sequences, double interval_s);

// `states` levels, cut at quantiles of the readings, each leading to every other.
Hsmm FreeStart(const std::vector<std::vector<double>>& sequences, double interval_s, int states);

}  // namespace edgesim
