#pragma once

#include <Eigen/Core>

#include "devices/hsmm.h"

namespace edgesim {

// Raises sum_u counts(u) log P(u) over the gamma laws, u = 1 .. counts.size() intervals, starting
// from `start`; never returns a law that scores lower than `start`. counts >= 0, not all 0.
GammaDuration FitGammaDuration(const Eigen::VectorXd& counts, double interval_s,
                               const GammaDuration& start);

}  // namespace edgesim
