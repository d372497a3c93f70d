// The E-step of explicit-duration HSMMs.
#pragma once

#include <Eigen/Core>

#include "devices/hsmm_forward.h"

namespace edgesim {

// Expected counts of one sequence under the current model.
struct ExpectedCounts {
  double log_likelihood = 0;
  Eigen::MatrixXd occupied;  // P(state j at t | x)                         (T x N)
  Eigen::MatrixXd
      durations;  // segments of j with full duration u, the censored one included (D x N)
  Eigen::MatrixXd
      first_durations;  // of first stays that began before the sequence: what remained (D x N)
  Eigen::MatrixXd successors;  // transitions i -> j                          (N x N)
};

// Exact, with a right-censored last segment. Throws std::invalid_argument if the sequence is
// impossible.
ExpectedCounts ExpectCounts(const HsmmTables& tables, const Eigen::MatrixXd& log_density);

}  // namespace edgesim
