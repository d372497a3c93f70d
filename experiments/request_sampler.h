#pragma once

#include "experiments/build.h"
#include "sim/energy_meter.h"

namespace edgesim {

// What one request of the experiment would take and earn, outside any episode: no budget stops it
// and the power cap is only watched.
struct SampledRequest {
  Metered run;
  double score = 0;
};

class RequestSampler {
 public:
  explicit RequestSampler(const BuiltExperiment& built);

  // A cap over a window longer than one emission interval looks back; before the request the window
  // is then filled with requests under the same action, as in a closed loop that never changes it.
  SampledRequest Sample(const Request& request, ActionId action, const Noise& noise);

 private:
  Answer Execute(const Request& request, ActionId action, const Noise& noise);

  const BuiltExperiment& built_;
  Limits limits_;
  Execution execution_;
};

}  // namespace edgesim
