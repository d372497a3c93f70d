// What a calibration is asked for, and the calibration of this machine.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "calibration/host_calibration.h"
#include "devices/host_profile.h"

namespace edgesim {

struct CalibrateRequest {
  std::string name = "this-host";
  std::vector<std::size_t> threads;  // empty: 1, 2, 4, ... and all cores
  bool quick = false;                // fewer shapes, shorter rounds
};

// The profile of this machine, measured now, with its identity, date and version. Throws InputError
// for threads this machine does not have, ContentionError where it is not quiet.
HostProfile CalibrateThisHost(const CalibrateRequest& request, const CalibrationProgress& progress);

}  // namespace edgesim
