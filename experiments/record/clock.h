#pragma once

namespace edgesim {

// CLOCK_MONOTONIC, s: neither set nor slewed backwards while a recording runs.
double MonotonicSeconds();

}  // namespace edgesim
