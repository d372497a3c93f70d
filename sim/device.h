// The device interface: what a request costs in time and power.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/action.h"
#include "sim/answer.h"
#include "sim/request.h"
#include "sim/rng.h"
#include "sim/units.h"

namespace edgesim {

inline constexpr int kMaxRails = 4;
using RailPower = std::array<double, kMaxRails>;  // W per rail; unused rails are 0

// Constant power for a while.
struct PowerSegment {
  Duration length{};
  RailPower rail_w{};

  Watts Sum(std::uint32_t rails) const {
    double sum = 0;
    for (std::size_t r = 0; r < kMaxRails; ++r) {
      if ((rails >> r) & 1U) sum += rail_w[r];
    }
    return Watts(sum);
  }
};

// The course of one request on the device. The buffers belong to the caller and are reused.
struct Execution {
  Duration duration{};                 // sum of the segments' lengths
  std::vector<PowerSegment> segments;  // in order, from dispatch to completion
  std::uint32_t clamped = 0;           // draws below 0 W that were set to 0 W
  std::vector<double> rail_path_w;     // a device's working space
};

struct DeviceInfo {
  std::vector<std::string> rails;  // at most kMaxRails
  RailPower idle_w{};              // while no request runs; 0 where idle energy is not counted
  Duration emission_interval{};    // shortest time over which a power figure means anything
};

class Device {
 public:
  virtual ~Device() = default;
  virtual const DeviceInfo& Info() const = 0;

  // Fills `out`; `world` is the noise of this request.
  virtual void Execute(const Request& request, ActionId action, const Answer& answer,
                       const Noise& world, Execution& out) const = 0;
};

}  // namespace edgesim
