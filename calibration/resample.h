// Recorded traces on a longer interval than the sensor's.
#pragma once

#include "calibration/request_trace.h"

namespace edgesim {

// Each reading is the mean of those within [k, k + 1) intervals of its request, at that cell's
// middle; a cell without readings is left out. Throws InputError where the interval is shorter than
// the mean sampling period - what power did between two readings is not known - or leaves a request
// fewer than two readings.
TraceSet Resample(const TraceSet& traces, double interval_s);

}  // namespace edgesim
