// Another device's requests, longer or shorter, at more or less power.
#pragma once

#include "sim/device.h"

namespace edgesim {

// Factors above 0. Energy scales by their product.
struct DeviceScale {
  double power = 1;    // of all rails, idle too
  double latency = 1;  // at the same power
  friend bool operator==(const DeviceScale&, const DeviceScale&) = default;
};

class ScaledDevice final : public Device {
 public:
  // `base` is owned elsewhere. Throws std::invalid_argument where a factor is not above 0.
  ScaledDevice(const Device& base, const DeviceScale& scale);

  const DeviceInfo& Info() const override { return info_; }
  // Segments end at the nearest nanosecond to their stretched ends: rounding does not add up.
  void Execute(const Request& request, ActionId action, const Answer& answer, const Noise& world,
               Execution& out) const override;

 private:
  const Device& base_;
  DeviceScale scale_;
  DeviceInfo info_;
};

}  // namespace edgesim
