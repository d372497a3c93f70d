// What one course of power looks like, in numbers that recorded and simulated courses share. Their
// laws are compared with the distances in calibration/scores.h: simulation fidelity, no proper
// scores.
//
// A reading that is NaN is missing: it is skipped, which for energy, windows and runs is to
// interpolate over it. Where a course is too short for a feature, the feature is NaN.
#pragma once

#include <span>
#include <vector>

namespace edgesim {

// A view of one course: times ascending from the request's beginning (the sensor's own or a grid),
// as many as readings. Other sizes are a std::invalid_argument in every function below.
struct PowerPath {
  std::span<const double> t_s;
  std::span<const double> watts;
};

// Trapezoid from the first reading to the last. NaN below two readings.
double Energy_j(PowerPath path);

double Peak_w(std::span<const double> watts);  // NaN for no reading

// Roughness: mean |x_t - x_(t-1)| over neighbours that are both there. NaN if there are none.
double MeanAbsStep_w(std::span<const double> watts);

// Pearson's correlation of x_t with x_(t+lag) over the pairs that are both there; on n readings it
// is low by about (1 + 4 r) / n. NaN below two pairs and for constant power. lag >= 0.
double Autocorrelation(std::span<const double> watts, int lag);

// Rise from the first reading to the plateau, the median of the second half of the readings. The
// two times are interpolated between the readings around the first crossing.
struct Ramp {
  double start_w, plateau_w;
  double t50_s, t95_s;  // on the path's clock: at 50 % and 95 % of the rise
  double Length_s() const { return t95_s - t50_s; }
};
// The levels are NaN below four readings; the times are so too where the plateau is not above the
// start.
Ramp FindRamp(PowerPath path);

// Means of the readings in the windows [k, k + 1) * window_s from the first reading's time on. The
// last reading stands for one median sampling period more; a window that ends later is left out,
// and so is one without a reading.
std::vector<double> WindowMeans_w(PowerPath path, double window_s);

struct Plateau {
  double mean_w, sd_w;  // NaN for no reading; the latter below two
};
// Of the readings at from_s or later; the recorded ramps are over by 2.5 s.
Plateau PlateauFrom(PowerPath path, double from_s = 2.5);

// Dwell times without a model: how long the readings stay above a threshold, and how long not. A
// run lasts from its first reading to the first one beyond it. The first and the last run are left
// out: their true ends are not in the path.
struct RunLengths {
  std::vector<double> above_s, below_s;  // in order of time
};
RunLengths RunsAround(PowerPath path, double threshold_w);

}  // namespace edgesim
