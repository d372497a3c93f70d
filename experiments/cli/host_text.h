// What `edgesim calibrate` and `edgesim exercise` print.
#pragma once

#include <string>

#include "devices/host_profile.h"

namespace edgesim {

// The laws per thread count beside the machine's limits, residuals, and how quiet it was.
std::string CalibrationText(const HostProfile& profile, const std::string& file);

}  // namespace edgesim
