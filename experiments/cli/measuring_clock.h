#pragma once

#include "calibration/host_clock.h"

namespace edgesim {

// This machine's own. Where the system does not count what others take, nothing is taken.
HostClock MeasuringClock();

}  // namespace edgesim
