// What a fit is asked for, and the fit itself.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "experiments/cli/fit_run.h"
#include "experiments/cli/trace_input.h"

namespace edgesim {

inline constexpr std::uint64_t kFitSeed = 1;

// What names may be made of.
inline constexpr std::string_view kNameLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

struct FitRequest {
  TraceArguments traces;
  std::vector<std::string> models;  // "<rail>=<words>" or "<words>" for all
  DeviceFitOptions options;         // its models come from the words; empty names and dates are
                                    // filled in from the traces and the calendar
  int folds = 0;                    // also judge requests left out of the fit; 0: not
  int members = 0;                  // of an ensemble to be made of it
  double session_level_sd_w = 0;    // prior of the ensemble
};

// Reads, checks, chooses models where that is left open, fits and judges. `warn` is told what will
// take long. Throws InputError, one line.
FitRun RunFit(const FitRequest& request, const std::function<void(const std::string&)>& warn);

}  // namespace edgesim
