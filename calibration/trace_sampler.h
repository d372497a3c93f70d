// Synthetic traces: what a request of given length draws by a profile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "calibration/device_fit.h"
#include "calibration/request_trace.h"
#include "calibration/validation.h"
#include "devices/hsmm_sampler.h"
#include "devices/profile.h"
#include "sim/inverse_cdf_table.h"
#include "sim/rng.h"

namespace edgesim {

struct SyntheticTrace {
  std::size_t request_class = 0;
  double interval_s = 0;
  double duration_s = 0;                    // > 0
  std::vector<std::vector<double>> rail_w;  // [rail][interval], the last cut off by the duration

  // Over the duration, of all rails and of one.
  double EnergyJ() const;
  double EnergyJ(std::size_t rail) const;
};

class TraceSampler {
 public:
  // `action` is a position in profile.actions; the profile must outlive this. class_weights: how
  // often each kind of request occurs; empty: as often as in the action's latency, without one
  // equally often.
  TraceSampler(const DeviceProfile& profile, std::size_t action,
               std::vector<double> class_weights = {});

  // A request of this duration, s.
  SyntheticTrace Draw(double duration_s, const Noise& noise) const;

  // A request whose answer has this many tokens, its duration and class drawn together. Throws
  // InputError where the profile has no latency for the action.
  SyntheticTrace DrawAnswer(double output_tokens, const Noise& noise) const;

 private:
  SyntheticTrace DrawOfClass(std::size_t request_class, double duration_s,
                             const Noise& noise) const;
  double interval_s_;
  const ActionProfile& action_;
  InverseCdfTable class_, answer_;
  std::vector<std::vector<HsmmSampler>> samplers_;  // [rail][class]
};

// Mean energy per request when each recorded request is simulated `draws` times over its recorded
// duration: what can be checked where no tokens are known. Kinds of requests are drawn as often as
// the fit found them, actions are those of fit.profile; rails are added up.
std::vector<EnergyCheck> CheckEnergyGivenDuration(const DeviceFit& fit, const TraceSet& traces,
                                                  int draws, std::uint64_t seed);

}  // namespace edgesim
