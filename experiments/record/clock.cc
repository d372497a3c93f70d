#include "experiments/record/clock.h"

#include <ctime>

namespace edgesim {

double MonotonicSeconds() {
  std::timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace edgesim
