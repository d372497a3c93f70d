// The most probable path of an explicit-duration HSMM.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "devices/hsmm_forward.h"

namespace edgesim {

// The state at each time of the path (segments included, not only states) with the largest joint
// density with the readings, the last segment right-censored and the first left-censored if the
// tables say so. Of equal paths the one with the later last boundary, then the lower state, from
// the end backwards. O(T (N^2 + N D)) time, O(T N) memory. log_density (T x N), T >= 1, finite or
// -infinity. *log_score is the log of that density. Throws std::invalid_argument if the sequence is
// impossible. Reference: Guedon 2003 (doi:10.1198/1061860032030).
std::vector<int> ViterbiPath(const HsmmTables& tables, const Eigen::MatrixXd& log_density,
                             double* log_score = nullptr);

}  // namespace edgesim
