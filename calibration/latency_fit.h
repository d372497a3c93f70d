// Latency laws from timings of single kernels.
#pragma once

#include <string>
#include <vector>

#include "calibration/kernel_timings.h"
#include "calibration/pass_timings.h"
#include "devices/latency_model.h"

namespace edgesim {

// Measured over predicted, of the timings that a law was fitted to.
struct LawFit {
  std::string law;             // "q4_0", "attention", "rms_norm"
  std::vector<double> ratios;  // one per timing
};

struct FittedLaws {
  ThreadLaws laws;
  std::vector<LawFit> fits;
};

// Least squares over logarithms of time, so that every timing counts by its relative error;
// Levenberg and Marquardt's method over the logarithms of all parameters, which keeps them
// positive. Throws InputError where a law has fewer timings than it has parameters to tell apart:
// per format one cold product of one column and a warm one of each tile width; per kind of
// operation two sizes.
FittedLaws FitLaws(const ThreadTimings& timings, std::size_t tile_columns);

// Sets what a pass takes beside its operations: the median over decoding passes of what the laws
// leave, not below 0. The ratios are those of all passes, after that.
LawFit FitPasses(const std::vector<PassTiming>& timings, ThreadLaws& laws);

}  // namespace edgesim
