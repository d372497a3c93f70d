// A TCN with a Gaussian-mixture head as the law of a power trace: each reading given all before it.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "calibration/tcn.h"

namespace edgesim {

struct TcnModel {
  int channels = 0, blocks = 0, kernel = 0, components = 0;
  double mean_w = 0, scale_w = 1;  // the network sees (x - mean_w) / scale_w
  Eigen::VectorXf weights;         // layout: TcnLayout
  // The first reading: a kernel estimate, one Gaussian of this sd around each training sequence's.
  std::vector<double> first_w;
  double first_sd_w = 0;
  // Free-running readings are kept in here: the training range, a quarter of it wider on each side.
  // Far outside of what it has seen the network may run away without end.
  double lowest_w = 0, highest_w = 0;

  TcnShape Shape() const;
  // Trained weights; the first reading's law keeps data rather than parameters.
  int ParameterCount() const { return static_cast<int>(weights.size()); }
  // The smallest standard deviation of a component, in the network's units.
  double FloorSd() const;
};

inline constexpr double kTcnFloorSdW = 0.05;  // the floor of the HSMM fit's emissions

// What the network sees to predict reading t >= 1: reading t - 1 and the elapsed time,
// t / (t + kTcnElapsed): it tells ramp from plateau and hardly moves once the ramp is over.
inline constexpr int kTcnInputs = 2;
inline constexpr double kTcnElapsed = 10;  // readings, about a ramp
constexpr double TcnElapsed(Eigen::Index t) {
  return static_cast<double>(t) / (static_cast<double>(t) + kTcnElapsed);
}

// Missing readings (NaN) as the reading before; those at the very beginning as `start_w`.
std::vector<double> FilledForward(std::span<const double> watts, double start_w);

// The mean of the first reading's law, W.
double MeanFirstReading(const TcnModel& model);

// log density, nats with x in W, of each reading given those before it; the first by its own law. A
// missing reading (NaN) scores 0.
Eigen::VectorXd LogScores(const TcnModel& model, std::span<const double> watts);

}  // namespace edgesim
