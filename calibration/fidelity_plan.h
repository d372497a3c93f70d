// What is held out, and what it is predicted from.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "calibration/path_model.h"
#include "calibration/request_trace.h"

namespace edgesim {

// A held-out request, or a block of a held-out part of a recording.
struct HeldOut {
  std::string name;
  PathTask task;
  std::vector<std::vector<double>> grid_w;  // [rail][interval], NaN where the sensor skipped
  std::vector<double> t_s;                  // of the readings that are there
  std::vector<std::size_t> cell;            // the interval of each of them
  double output_tokens = NAN;
  double energy_j = 0;  // of all rails over [0, duration]; of requests
};

// One fit and what it is judged on.
struct FidelityPart {
  std::size_t action = 0;
  ActionData train;
  std::vector<double> train_tokens;  // per training request
  std::vector<HeldOut> held_out;
};

struct FidelityPlan {
  std::vector<std::string> actions;
  double interval_s = 0;
  std::vector<FidelityPart> parts;
};

// Requests are dealt into `folds` by name. A TraceSet that starts mid-stay is cut at `split_share`;
// each part is held out once, in blocks of `block_s`. Throws InputError where a part would be
// empty.
FidelityPlan PlanFidelity(const TraceSet& traces, int folds, double split_share, double block_s);

}  // namespace edgesim
