// How well a profile reproduces the energy of recorded requests.
#pragma once

#include <string>
#include <vector>

#include "calibration/device_fit.h"
#include "calibration/request_trace.h"
#include "devices/profile.h"

namespace edgesim {

// Mean energy per request of one action, J.
struct EnergyCheck {
  std::string action;
  std::size_t requests = 0;
  double measured_j = 0;   // trapezoid over [0, duration], all rails
  double simulated_j = 0;  // duration and power drawn from the profile, output tokens as measured
  double Bias() const { return simulated_j / measured_j - 1; }
};

// Simulates each recorded request `draws` times; seed keys the noise.
std::vector<EnergyCheck> CheckEnergy(const DeviceProfile& profile, const TraceSet& traces,
                                     int draws, std::uint64_t seed);

// The same for a fit. Where no tokens are known each request is given its recorded duration.
std::vector<EnergyCheck> CheckEnergy(const DeviceFit& fit, const TraceSet& traces, int draws,
                                     std::uint64_t seed);

// The same for requests the profile was not fitted on: the requests are dealt into `folds` by name,
// so that a request is left out under all actions at once, and each fold is simulated from a fit to
// the others.
std::vector<EnergyCheck> CrossValidateEnergy(const TraceSet& traces,
                                             const DeviceFitOptions& options, int folds, int draws,
                                             std::uint64_t seed);

// Each request cut in the middle of its time, as two: what can be left out of a recording of one
// course of power.
TraceSet InHalves(const TraceSet& traces);

// `traces` without the requests named as outliers.
TraceSet WithoutOutliers(const TraceSet& traces, const std::vector<Outlier>& outliers);

}  // namespace edgesim
