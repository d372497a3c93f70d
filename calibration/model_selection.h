// Choice of a model's structure by what it predicts about requests it was not fitted on.
#pragma once

#include <string>
#include <vector>

#include "calibration/action_fit.h"

namespace edgesim {

// Held-out scores: CRPS of what is simulated for each held-out stretch.
struct CandidateScore {
  ModelSpec spec;
  double window_crps_w = 0;  // of means over 1 s (at least five readings)
  double peak_crps_w = 0;    // of the peak
  double step_crps_w = 0;    // of the mean step from reading to reading
  // Mean of the three, each divided by its mean over the candidates: lower is better.
  double score = 0;
  double standard_error = 0;  // of the score's difference to the best candidate's
  double log_score = 0;       // nats per reading, held out
  double bic = 0;             // fitted to all; per reading
  int parameters = 0;
};

inline constexpr int kSelectionRestarts = 3;  // EM runs per candidate that rank them well enough

struct SelectionOptions {
  int folds = 3;
  int draws = 200;
  FitControl control;
};

// Scores each candidate on the sequences of one rail under all actions: each action's requests are
// dealt into folds and simulated from a fit to the others; a recording that starts mid-stay is cut
// in halves and predicted block by block.
std::vector<CandidateScore> ScoreCandidates(const std::vector<RailSequences>& actions,
                                            const std::vector<ModelSpec>& candidates,
                                            const SelectionOptions& options);

// In stages: topology and number of states, then emission, duration family, level. At each stage
// the simplest candidate within one standard error, or one percent, of the best score is kept.
// `scored` receives all that was tried, in order.
ModelSpec SelectModel(const std::vector<RailSequences>& actions, const SelectionOptions& options,
                      std::vector<CandidateScore>* scored = nullptr);

}  // namespace edgesim
