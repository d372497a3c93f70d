// All that one `edgesim fit` found out.
#pragma once

#include <string>
#include <vector>

#include "calibration/device_fit.h"
#include "calibration/model_selection.h"
#include "calibration/validation.h"
#include "experiments/cli/fit_models.h"
#include "experiments/cli/trace_input.h"

namespace edgesim {

struct FitRun {
  TraceInput input;                     // its traces are those fitted, resampled if so wanted
  std::vector<std::string> notices;     // of the data: what reading noticed, gaps
  std::vector<RailModelChoice> models;  // one per rail
  DeviceFit fit;
  int restarts = 0;
  int score_folds = 0;
  std::vector<std::vector<CandidateScore>> held_out;  // [action][rail]; empty: too few requests
  std::string why_not_held_out;
  std::vector<EnergyCheck> fitted;
  std::string left_out_how;  // e.g. "6 folds"
  std::vector<EnergyCheck> left_out, without_outliers;
  std::string scope;  // what intervals hold for
};

// Throws InputError where models would have to span more time without readings than memory allows.
void RefuseMostlyGaps(const TraceSet& traces, double interval_s);

// Per action; a profile of fewer says little about the next request.
inline constexpr std::size_t kFewRequests = 8;

// What a careful reader of the fit would ask about.
std::vector<std::string> Doubts(const FitRun& run);

// Requests with long gaps between readings, and how many samples there are.
std::vector<std::string> Gaps(const TraceSet& traces, double interval_s);

}  // namespace edgesim
