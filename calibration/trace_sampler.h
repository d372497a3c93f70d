// Synthetic traces: what a request of given length draws by a profile.
#pragma once

#include <cstdint>
#include <vector>

#include "calibration/device_fit.h"
#include "calibration/request_trace.h"
#include "calibration/validation.h"
#include "devices/hsmm_sampler.h"
#include "devices/profile.h"
#include "sim/rng.h"

namespace edgesim {

class TraceSampler {
 public:
  // `action` is a position in profile.actions. class_weights: how often each kind of request
  // occurs; empty: as often as in the action's latency, without one equally often.
  TraceSampler(const DeviceProfile& profile, std::size_t action,
               std::vector<double> class_weights = {});

  // [rail][interval] power over `duration_s`, the last interval cut off by it.
  std::vector<std::vector<double>> Draw(double duration_s, const Noise& noise) const;

  // The same for an answer of this many tokens, its time drawn. The profile knows the latency.
  std::vector<std::vector<double>> DrawAnswer(double output_tokens, const Noise& noise,
                                              double* duration_s) const;

 private:
  std::vector<std::vector<double>> DrawOfClass(std::size_t request_class, double duration_s,
                                               const Noise& noise) const;
  double interval_s_;
  const ActionProfile& action_;  // must outlive this
  InverseCdfTable class_, answer_;
  std::vector<std::vector<HsmmSampler>> samplers_;  // [rail][class]
};

// Mean energy per request when each recorded request is simulated `draws` times over its recorded
// duration: what is left to check where no tokens are known. Actions as in fit.profile. Rails are
// added up.
std::vector<EnergyCheck> CheckEnergyGivenDuration(const DeviceFit& fit, const TraceSet& traces,
                                                  int draws, std::uint64_t seed);

}  // namespace edgesim
