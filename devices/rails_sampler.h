// Power of a request as a measured device drew it, for devices that get its duration elsewhere.
#pragma once

#include <cstddef>
#include <vector>

#include "devices/hsmm_sampler.h"
#include "devices/profile.h"
#include "sim/device.h"

namespace edgesim {

// Rails and emission interval of a measured device. With count_idle its idle power counts between
// requests; InputError where the profile does not know it.
DeviceInfo InfoOf(const DeviceProfile& profile, bool count_idle);

// The rails of one action.
class RailsSampler {
 public:
  explicit RailsSampler(const std::vector<RailPowerModel>& rails);

  // Cuts out.duration into ticks and draws the power of each rail in each tick.
  void Draw(std::size_t request_class, Duration tick, const Noise& world, Execution& out) const;

 private:
  struct RailModel {
    HsmmSampler sampler;
    LevelLaw level;
  };
  std::vector<std::vector<RailModel>> rails_;  // [rail][class]; one class serves all requests
};

}  // namespace edgesim
