// The E-step of an explicit-duration HSMM: expected counts of one sequence, given its log densities
// under each state.
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
  Eigen::MatrixXd successors;  // transitions i -> j                          (N x N)
  // With left censoring, the first segment's remaining duration, which `durations` then leaves out
  // (D x N); else empty.
  Eigen::MatrixXd first_durations;
};

// Exact, with a right-censored last segment; O(T (N^2 + N D)). log_density (T x N), T >= 1, finite
// or -infinity. Throws std::invalid_argument if the sequence is impossible.
ExpectedCounts ExpectCounts(const HsmmTables& tables, const Eigen::MatrixXd& log_density);

}  // namespace edgesim
