#include "experiments/cli/measuring_clock.h"

#include <algorithm>

#include "experiments/record/clock.h"
#include "experiments/record/host_load.h"

namespace edgesim {

HostClock MeasuringClock() {
  return {MonotonicSeconds, [] { return ReadHostLoad().stolen_s.value_or(0); },
          [] { return ReadWaitedSeconds().value_or(0); },
          [] { return std::max(0.0, ReadHostLoad().busy_s.value_or(0) - OwnCpuSeconds()); }};
}

}  // namespace edgesim
