// A clock of a machine where everything takes as long: each reading is one step later.
#pragma once

#include "calibration/host_clock.h"

namespace edgesim {

struct TickingClock {
  double step_s = 1e-3;
  double now_s = 0, stolen_s = 0, waited_s = 0, others_s = 0;

  HostClock Clock() {
    return {[this] { return now_s += step_s; }, [this] { return stolen_s; },
            [this] { return waited_s; }, [this] { return others_s; }};
  }
};

}  // namespace edgesim
