#include "sim/cap_monitor.h"

#include <algorithm>
#include <cmath>

namespace edgesim {

CapMonitor::CapMonitor(const PowerCap& cap, Watts idle, Duration emission_interval)
    : limit_w_(cap.limit.value()),
      window_(cap.window),
      instantaneous_(cap.window <= emission_interval),
      mean_w_(idle.value()) {
  if (!instantaneous_) window_past_.push_back({idle.value(), window_});
}

std::optional<Duration> CapMonitor::Feed(Watts power, Duration length) {
  if (instantaneous_) {
    return length > Duration(0) && power.value() > limit_w_ ? std::optional(Duration(0))
                                                            : std::nullopt;
  }
  // While one old stretch leaves at the far end and the new one enters here, the mean is linear in
  // time.
  std::optional<Duration> exceeded;
  Duration fed{0};
  while (fed < length) {
    Stretch& oldest = window_past_.front();
    const Duration step = std::min(oldest.length, length - fed);
    const double change = (power.value() - oldest.w) * (InSeconds(step) / InSeconds(window_));
    // Sums of many stretches drift by a few units in the last place; that is not an exceedance.
    constexpr double kDrift = 1e-12;
    if (!exceeded && std::max(mean_w_, mean_w_ + change) > limit_w_ * (1 + kDrift)) {
      const double share = mean_w_ > limit_w_ ? 0 : (limit_w_ - mean_w_) / change;
      exceeded =
          fed +
          Duration(static_cast<std::int64_t>(std::ceil(share * static_cast<double>(step.count()))));
    }
    mean_w_ += change;
    fed += step;
    oldest.length -= step;
    if (oldest.length == Duration(0)) window_past_.pop_front();
    if (!window_past_.empty() && window_past_.back().w == power.value()) {
      window_past_.back().length += step;
    } else {
      window_past_.push_back({power.value(), step});
    }
  }
  return exceeded;
}

}  // namespace edgesim
