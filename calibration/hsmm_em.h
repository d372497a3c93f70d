// Expectation-maximisation for explicit-duration HSMMs on many sequences, with a level per
// sequence.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "devices/hsmm.h"

namespace edgesim {

struct EmOptions {
  int max_iterations = 80;
  double tolerance = 1e-6;  // stop when the log-likelihood rises by less than this share
  // Emission variance gets a prior of this size and weight, and a floor: a state that explains a
  // few equal readings must not become a spike.
  double prior_sd_w = 0.2;
  double prior_weight = 2;
  double floor_sd_w = 0.05;
  double outlier_weight = 1e-5;
};

struct HsmmFit {
  Hsmm model;
  double level_sd_w = 0;        // tau: levels are N(0, tau^2)
  std::vector<double> level_w;  // posterior mean per sequence
  double log_likelihood = 0;    // given the posterior mean levels
  int iterations = 0;
  bool converged = false;  // before max_iterations
  int parameters = 0;
  double bic = 0;  // parameters log(readings) - 2 log_likelihood
};

// Fits all sequences (one reading per interval, NaN = missing) from the start values in `start`:
// states without a duration stay absorbing, transitions that are 0 stay 0, states with takes_level
// share the sequence's level. With level_sd_w = 0 there is no level.
HsmmFit FitHsmm(const Hsmm& start, double level_sd_w,
                const std::vector<std::vector<double>>& sequences, const EmOptions& options);

}  // namespace edgesim
