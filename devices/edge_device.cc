#include "devices/edge_device.h"

#include <fmt/format.h>

#include "sim/input_error.h"

namespace edgesim {

EdgeDevice::EdgeDevice(const DeviceProfile& profile, const std::vector<std::size_t>& actions,
                       bool count_idle)
    : info_(InfoOf(profile, count_idle)) {
  for (const std::size_t at : actions) {
    const ActionProfile& from = profile.actions[at];
    if (!from.latency) {
      throw InputError(fmt::format(
          "device '{}': action '{}' has power but no latency (its traces came without a table of "
          "requests), so it cannot run requests",
          profile.name, from.spec.name));
    }
    actions_.push_back({.latency = InverseCdfTable(from.latency->output_tokens),
                        .seconds_per_output_token = from.latency->seconds_per_output_token,
                        .request_class = from.latency->request_class,
                        .power = RailsSampler(from.rails)});
  }
}

void EdgeDevice::Execute(const Request&, ActionId action, const Answer& answer, const Noise& world,
                         Execution& out) const {
  const ActionModel& model = actions_[action];
  WordStream latency_words = world.Words(Stream::kLatency);
  const std::uint32_t measured = model.latency.Draw(latency_words());
  out.duration = FromSeconds(answer.output_tokens * model.seconds_per_output_token[measured]);
  model.power.Draw(model.request_class[measured], info_.emission_interval, world, out);
}

double EdgeDevice::LongestSeconds(ActionId action, const Answer& answer) const {
  return answer.output_tokens * actions_[action].seconds_per_output_token.back();
}

}  // namespace edgesim
