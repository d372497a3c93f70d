// What a recording can tell: the sensor's step, whether it holds values, and whether to use it.
#pragma once

#include <span>

#include "calibration/power_trace.h"

namespace edgesim {

struct RailQuality {
  double quantum_w = 0;     // smallest step between distinct readings that explains nearly all;
                            // 0 = none seen
  double repeat_share = 0;  // of samples that repeat the one before exactly
  double refresh_s = 0;     // period at which the sensor really refreshes; the median sampling
                            // period unless it holds values
  bool held = false;        // at least two samples per refresh
};

// A sensor that holds its values repeats every one of them. Repeats alone do not show it: a steady
// rail read in coarse steps repeats as well, but where power moves each sample is new. So a rail is
// held where hardly any value (at most a tenth) stands for a single sample. A refresh period below
// two sampling periods is not seen. Times that go back begin another run of the same sensor.
RailQuality AssessRail(std::span<const double> t_s, std::span<const double> watts);

// One sample per refresh of the sensor, the first at which its value is seen. A value that stands
// for several refresh periods is kept once in each. The fastest rail decides; slower ones go on
// repeating, which a note says. Samples at the time of the one before are dropped, so time strictly
// increases within a group.
PowerTrace WithoutHeldValues(const PowerTrace& trace);

// Above what any edge device or workstation draws; below what one of 5 W reads in milliwatts.
inline constexpr double kMostEdgePower_w = 5000;

// Throws InputError with a reason where a fit would mislead: too few samples (< 20), a rail that is
// constant, negative, not finite or beyond any edge device (kMostEdgePower_w) or that jumps about a
// thousandfold (a mistaken unit), a rail that stands twice, time that goes back within a group.
void RefuseMisleading(const PowerTrace& trace);

}  // namespace edgesim
