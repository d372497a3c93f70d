// NVIDIA graphics boards, through one `nvidia-smi` that keeps reporting: starting it for each
// reading would take longer than a sampling interval. What power.draw means depends on the board:
// see docs/recording.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "experiments/record/power_sensor.h"

namespace edgesim {

struct GpuPower {
  int index;
  double w;          // NaN where the board does not measure
  std::string name;  // empty if the line does not hold it
};

// A line of --query-gpu=index,power.draw[,name] --format=csv,noheader,nounits.
std::optional<GpuPower> ParseGpuPower(std::string_view line);

// A reading's instant is when its line came. Rails: "gpu", or "gpu0", "gpu1" and so on.
FoundSensors FindNvidiaSmi();

}  // namespace edgesim
