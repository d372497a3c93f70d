// What measurements need of the machine they run on, handed in so that this room has no clock.
#pragma once

#include <functional>

namespace edgesim {

struct HostClock {
  std::function<double()> seconds;   // monotonic, since any instant
  std::function<double()> stolen_s;  // taken by the hypervisor from all CPUs so far; 10 ms steps
  std::function<double()> waited_s;  // that this process's threads waited for a CPU so far
  std::function<double()> others_s;  // CPU time of other processes so far; 10 ms steps
};

}  // namespace edgesim
