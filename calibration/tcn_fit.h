// Training of the TCN power model.
#pragma once

#include <cstdint>
#include <vector>

#include "calibration/tcn_model.h"

namespace edgesim {

struct TcnOptions {
  int channels = 8;
  int blocks = 5;  // dilations 1, 2, 4, ...
  int kernel = 3;
  int components = 2;
  int epochs = 300;
  double learning_rate = 3e-3;
  double noise_sd = 0.05;         // of what is added to the readings fed in, in sds of the signal
  double validation_share = 0.2;  // of the sequences; two at least
  int patience = 40;              // epochs without a better validation loss before training stops
};

struct TcnFit {
  TcnModel model;
  double validation_nll = 0;  // nats per reading in W, first readings apart, of the epoch kept
  int epochs_run = 0;
};

TcnFit FitTcn(const std::vector<std::vector<double>>& sequences, const TcnOptions& options,
              std::uint64_t seed);

}  // namespace edgesim
