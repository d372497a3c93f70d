#include "devices/host_device.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "devices/decode_law.h"
#include "devices/weights.h"

namespace edgesim {

RequestSize SizeOf(const Answer& answer) {
  return {.prompt_tokens = std::max<std::size_t>(1, answer.prompt_tokens),
          .generated_tokens = std::max<std::size_t>(1, answer.output_tokens)};
}

HostDevice::ActionModel HostDevice::ModelOf(const HostAction& action, const ThreadLaws& laws,
                                            const HostYardstick& yardstick) {
  ShapeOf(action.card);  // without one the time to first token is not known
  ActionModel model;
  const DecodeLaw decode(action.card, action.quantization, laws, yardstick);
  std::size_t longest_prompt = 0, contexts = 0;
  for (const RequestSize& size : action.sizes) {
    longest_prompt = std::max(longest_prompt, size.prompt_tokens);
    contexts = std::max(contexts, size.prompt_tokens + size.generated_tokens);
  }
  model.prefill_s.assign(longest_prompt + 1, std::numeric_limits<double>::quiet_NaN());
  for (const RequestSize& size : action.sizes) {
    double& prefill_s = model.prefill_s[size.prompt_tokens];
    if (!std::isnan(prefill_s)) continue;
    const ForwardPass pass{.tokens = size.prompt_tokens, .context = 0};
    prefill_s = Predict(laws, BuildOpGraph(action.card, action.quantization, pass)).seconds;
  }
  model.decode_sum_s = {0};
  for (std::size_t context = 0; context + 1 < contexts; ++context)
    model.decode_sum_s.push_back(model.decode_sum_s.back() + decode.SecondsAt(context));

  if (const auto* drawn = std::get_if<ActionProfile>(&action.power)) {
    // Kinds of requests come as often as measured, where the profile says how often that was.
    std::vector<double> weights(drawn->classes, 1);
    std::vector<std::size_t> request_class;
    for (std::size_t c = 0; c < drawn->classes; ++c) request_class.push_back(c);
    if (drawn->latency) {
      weights = drawn->latency->output_tokens;
      request_class = drawn->latency->request_class;
    }
    model.power = DrawnPower{InverseCdfTable(weights), request_class, RailsSampler(drawn->rails)};
  } else {
    model.power = std::get<double>(action.power);
  }
  return model;
}

HostDevice::HostDevice(const HostProfile& profile, std::size_t threads,
                       const std::vector<HostAction>& actions, DeviceInfo info)
    : info_(std::move(info)), ratios_(profile.residual_ratios) {
  for (const HostAction& action : actions)
    actions_.push_back(ModelOf(action, profile.laws[threads], profile.yardsticks[threads]));
}

double HostDevice::PredictedSeconds(ActionId action, const Answer& answer) const {
  const ActionModel& model = actions_[action];
  const RequestSize size = SizeOf(answer);
  const double prefill_s = model.prefill_s.at(size.prompt_tokens);
  if (std::isnan(prefill_s)) throw std::out_of_range("a prompt that was not announced");
  return prefill_s + model.decode_sum_s.at(size.prompt_tokens + size.generated_tokens - 1) -
         model.decode_sum_s[size.prompt_tokens];
}

double HostDevice::LongestSeconds(ActionId action, const Answer& answer) const {
  return ratios_.back() * PredictedSeconds(action, answer);
}

void HostDevice::Execute(const Request&, ActionId action, const Answer& answer, const Noise& world,
                         Execution& out) const {
  const ActionModel& model = actions_[action];
  WordStream words = world.Words(Stream::kLatency);
  const double ratio = ratios_[UniformIndex(words, static_cast<std::uint32_t>(ratios_.size()))];
  out.duration = FromSeconds(ratio * PredictedSeconds(action, answer));
  if (const auto* drawn = std::get_if<DrawnPower>(&model.power)) {
    const std::size_t request_class = drawn->request_class[drawn->classes.Draw(words())];
    drawn->rails.Draw(request_class, info_.emission_interval, world, out);
    return;
  }
  out.clamped = 0;
  out.segments.assign(
      1, PowerSegment{.length = out.duration, .rail_w = {std::get<double>(model.power)}});
}

}  // namespace edgesim
