// Expectation-maximisation for explicit-duration HSMMs on many sequences, with a level per
// sequence.
#pragma once

#include <functional>
#include <vector>

#include "calibration/duration_fit.h"
#include "calibration/emission_fit.h"
#include "devices/hsmm.h"

namespace edgesim {

struct EmOptions {
  int max_iterations = 80;
  double tolerance = 1e-6;  // stop when the log-likelihood rises by less than this share
  EmissionOptions emission;
  double outlier_weight = 1e-5;
  DurationPrior duration;
  // Longest stay, intervals; longer ones cannot occur. 0: as long as the longest sequence and
  // beyond.
  int longest_stay = 0;
  // Called before each iteration, from any thread; what it throws ends the fit.
  std::function<void()> checkpoint = {};
};

struct HsmmFit {
  Hsmm model;
  double level_sd_w = 0;        // tau: levels are N(0, tau^2)
  std::vector<double> level_w;  // posterior mean per sequence
  double log_likelihood = 0;    // given the posterior mean levels
  std::size_t readings = 0;
  int iterations = 0;
  bool converged = false;  // before max_iterations
  int parameters = 0;
  double bic = 0;              // parameters log(readings) - 2 log_likelihood
  std::vector<double> course;  // log-likelihood before each M-step
};

// Fits all sequences (one reading per interval, NaN = missing) from the start values in `start`:
// states without a duration stay absorbing, transitions that are 0 stay 0, states with takes_level
// share the sequence's level, laws keep their family. With level_sd_w = 0 there is no level. A
// model that starts mid-stay is stationary: its initial law follows from the others.
HsmmFit FitHsmm(const Hsmm& start, double level_sd_w,
                const std::vector<std::vector<double>>& sequences, const EmOptions& options);

// Posterior mean of the level of a sequence the model was not fitted on, by fixed-point iteration.
double EstimateLevel(const Hsmm& model, double level_sd_w, const std::vector<double>& sequence,
                     const EmOptions& options);

int CountParameters(const Hsmm& model, bool has_level);

// Share of time spent in each state in the long run (states); absorbing states take all.
Eigen::VectorXd StationaryLaw(const Hsmm& model);

}  // namespace edgesim
