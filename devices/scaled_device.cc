#include "devices/scaled_device.h"

#include <stdexcept>

namespace edgesim {

ScaledDevice::ScaledDevice(const Device& base, const DeviceScale& scale)
    : base_(base), scale_(scale), info_(base.Info()) {
  if (!(scale.power > 0) || !(scale.latency > 0))
    throw std::invalid_argument("factors of a scaled device must be above 0");
  for (double& idle_w : info_.idle_w) idle_w *= scale.power;
}

void ScaledDevice::Execute(const Request& request, ActionId action, const Answer& answer,
                           const Noise& world, Execution& out) const {
  base_.Execute(request, action, answer, world, out);
  Duration end{0}, stretched_end{0};
  for (PowerSegment& segment : out.segments) {
    end += segment.length;
    const Duration next = FromSeconds(InSeconds(end) * scale_.latency);
    segment.length = next - stretched_end;
    stretched_end = next;
    for (double& watts : segment.rail_w) watts *= scale_.power;
  }
  out.duration = stretched_end;
}

}  // namespace edgesim
