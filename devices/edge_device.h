// A device whose requests take measured times per token and draw power from fitted HSMMs.
#pragma once

#include <vector>

#include "devices/profile.h"
#include "devices/rails_sampler.h"
#include "sim/device.h"
#include "sim/inverse_cdf_table.h"

namespace edgesim {

class EdgeDevice final : public Device {
 public:
  // `actions` are positions in profile.actions, in the order of the experiment's ActionTable.
  // With count_idle the profile's idle power counts between requests; where the profile does not
  // know it, InputError is thrown.
  EdgeDevice(const DeviceProfile& profile, const std::vector<std::size_t>& actions,
             bool count_idle);

  const DeviceInfo& Info() const override { return info_; }
  void Execute(const Request& request, ActionId action, const Answer& answer, const Noise& world,
               Execution& out) const override;

  // No draw of this answer takes longer.
  double LongestSeconds(ActionId action, const Answer& answer) const;

 private:
  struct ActionModel {
    InverseCdfTable latency;  // over seconds_per_token
    std::vector<double>
        seconds_per_output_token;            // ascending: a late draw is late under every action
    std::vector<std::size_t> request_class;  // of the same answers
    RailsSampler power;
  };
  DeviceInfo info_;
  std::vector<ActionModel> actions_;
};

}  // namespace edgesim
