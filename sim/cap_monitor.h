// Watches the mean power over a sliding window against a cap, exactly, as power is fed to it.
#pragma once

#include <deque>
#include <optional>

#include "sim/limits.h"
#include "sim/units.h"

namespace edgesim {

class CapMonitor {
 public:
  // Before time 0 the capped rails are taken to idle at `idle` for a whole window. A window no
  // longer than `emission_interval` is instantaneous: power itself is compared with the limit.
  CapMonitor(const PowerCap& cap, Watts idle, Duration emission_interval);

  // `length` more at constant `power`. Returns the first offset into it at which the mean over the
  // window that ends there is above the limit, if there is one.
  std::optional<Duration> Feed(Watts power, Duration length);

 private:
  struct Stretch {
    double w;
    Duration length;
  };
  double limit_w_;
  Duration window_;
  bool instantaneous_;
  std::deque<Stretch> window_past_;  // exactly the last window_, oldest first
  double mean_w_;                    // over window_past_
};

}  // namespace edgesim
