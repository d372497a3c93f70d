// Profiles that differ as far as the recorded requests leave open, for studies of sensitivity.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calibration/device_fit.h"

namespace edgesim {

struct EnsembleOptions {
  int members = 20;  // >= 1
  // Prior standard deviation of what total power differs by from session to session, W; 0: none.
  double session_level_sd_w = 0;
  std::uint64_t seed = 1;
  FitControl control;  // of the refits
};

// `fit.profile` refitted to resampled data, EM starting from the values in `fit` (Efron &
// Tibshirani 1993). Requests are drawn with replacement within their action; where several sessions
// are recorded, sessions are drawn first and requests within them. A course of power without
// requests is cut into blocks of a tenth of it that begin anywhere (moving blocks, Kuensch 1989).
// Kinds of requests stay as fitted; a sample with fewer than two requests of a kind is drawn again.
//
// With a session level each member shifts the means of all states by one normal draw: the session
// is common to all its requests. It is a level of total power; each rail takes the share it has in
// the mean power of the recording. Idle power, an assumption, stays.
//
// Members are refitted in parallel; the k-th depends on the seed and k alone. Throws InputError
// where the session level is negative or above a third of the mean power.
std::vector<DeviceProfile> BootstrapProfiles(const TraceSet& traces, const DeviceFit& fit,
                                             const EnsembleOptions& options);

std::size_t CountSessions(const TraceSet& traces);

// One sentence: what intervals over fitted parameters hold for.
std::string ScopeOfIntervals(std::size_t sessions, double session_level_sd_w);

}  // namespace edgesim
