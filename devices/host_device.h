// A measured host as a device: requests take their predicted time, off by as much as predictions
// were in the calibration. Its power was not measured and is given.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "devices/host_profile.h"
#include "devices/model_card.h"
#include "devices/prediction.h"
#include "devices/profile.h"
#include "devices/rails_sampler.h"
#include "sim/device.h"
#include "sim/inverse_cdf_table.h"

namespace edgesim {

struct HostAction {
  ModelCard card;  // with a shape
  std::string quantization;
  std::vector<RequestSize> sizes;  // that its requests may have, in any order
  // While a request runs: watts on the one rail, or the power of an action of a measured device.
  std::variant<double, ActionProfile> power;
};

// Tokens that were counted as none are one: a pass has at least that.
RequestSize SizeOf(const Answer& answer);

class HostDevice final : public Device {
 public:
  // `threads` is a position in profile.laws, `info` that of the power's origin. Throws InputError:
  // a card without a shape, a format without a law.
  HostDevice(const HostProfile& profile, std::size_t threads,
             const std::vector<HostAction>& actions, DeviceInfo info);

  const DeviceInfo& Info() const override { return info_; }
  // Throws std::out_of_range for an answer of a size that was not announced.
  void Execute(const Request& request, ActionId action, const Answer& answer, const Noise& world,
               Execution& out) const override;

  double PredictedSeconds(ActionId action, const Answer& answer) const;
  // No draw of this answer takes longer.
  double LongestSeconds(ActionId action, const Answer& answer) const;

 private:
  struct DrawnPower {
    InverseCdfTable classes;
    std::vector<std::size_t> request_class;  // of each outcome
    RailsSampler rails;
  };
  struct ActionModel {
    std::vector<double> prefill_s;     // [prompt tokens]; NaN where not announced
    std::vector<double> decode_sum_s;  // [context]: of the passes with fewer tokens before them
    std::variant<double, DrawnPower> power;
  };
  static ActionModel ModelOf(const HostAction& action, const ThreadLaws& laws,
                             const HostYardstick& yardstick);

  DeviceInfo info_;
  std::vector<double> ratios_;  // measured / predicted, ascending: a late draw is late everywhere
  std::vector<ActionModel> actions_;
};

}  // namespace edgesim
