// The few numbers per model that the printed tables show, from all actions of a report.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "calibration/fidelity.h"

namespace edgesim {

struct LowHigh {
  double low = 0, high = 0;  // NaN: nothing to range over
};

// Held-out requests in their central intervals.
struct Inside {
  double mean = 0;        // of all requests, mean over seeds
  std::size_t count = 0;  // all requests
  // The action and seed with the smallest share.
  std::size_t least = 0, least_of = 0;
};

// Actions whose laws the two-sample test cannot tell apart at 5 %, per seed.
struct Passes {
  std::vector<std::size_t> passed;  // per seed
  std::size_t of = 0;               // actions for which the feature is defined
};

struct SignalFigures {
  LowHigh energy_bias;  // simulated / measured - 1, over actions
  Inside in_90, in_50;
  double crps_share = 0;  // of the energy, share of the action's mean; mean over requests
  Passes peak, t50, ramp, roughness;
  LowHigh peak_w1_w;
  double lag1_error = 0;       // mean |measured - simulated| over actions
  double window_w1_w[3] = {};  // means over actions
  double window_crps_w = 0;
  double log_score = 0;
};

// Of one signal; NaN and empty where no action has it.
SignalFigures FiguresOf(const std::vector<ActionScore>& actions, const std::string& signal);

// The signal of an action; null if it has none of this name.
const SignalScore* FindSignal(const ActionScore& action, const std::string& signal);

// Signals of the report in their order: the rails, then "total" where there are several.
std::vector<std::string> SignalsOf(const FidelityReport& report);

// The signal that the first table is about: the first rail for which the words of the model
// `reference` (or else the first model) say that it ramps; else the last of SignalsOf.
std::string PrimarySignal(const FidelityReport& report, const std::string& reference);

// The model of this name; else the first one. Null for a report without models.
const ModelScore* FindModel(const FidelityReport& report, const std::string& name);

}  // namespace edgesim
