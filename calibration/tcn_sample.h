// Free-running paths of a TCN power model.
#pragma once

#include <Eigen/Core>

#include "calibration/tcn_model.h"
#include "sim/rng.h"

namespace edgesim {

// draws x steps, W: each drawn reading is fed back as the next input. Path i is drawn with
// noise.Of(i), whatever the number of draws. Keeps the convolutions' last inputs instead of
// computing the receptive field anew at each step.
Eigen::MatrixXf SampleTcn(const TcnModel& model, int steps, int draws, const Noise& noise);

}  // namespace edgesim
