#include "devices/edge_device.h"

#include <fmt/format.h>

#include "sim/input_error.h"

namespace edgesim {

EdgeDevice::EdgeDevice(const DeviceProfile& profile, const std::vector<std::size_t>& actions,
                       bool count_idle) {
  info_.emission_interval = FromSeconds(profile.emission_interval_s);
  for (std::size_t r = 0; r < profile.rails.size(); ++r) {
    const Rail& rail = profile.rails[r];
    info_.rails.push_back(rail.name);
    if (!count_idle) continue;
    if (!rail.idle_w) {
      throw InputError(fmt::format(
          "device '{}': the idle power of rail '{}' is not known, so idle energy cannot count",
          profile.name, rail.name));
    }
    info_.idle_w[r] = *rail.idle_w;
  }
  for (const std::size_t at : actions) {
    const ActionProfile& from = profile.actions[at];
    if (!from.latency) {
      throw InputError(fmt::format(
          "device '{}': action '{}' has power but no latency (its traces came without a table of "
          "requests), so it cannot run requests",
          profile.name, from.spec.name));
    }
    ActionModel model{.latency = InverseCdfTable(from.latency->output_tokens),
                      .seconds_per_output_token = from.latency->seconds_per_output_token,
                      .request_class = from.latency->request_class,
                      .rails = {}};
    for (const RailPowerModel& rail : from.rails) {
      std::vector<RailModel>& classes = model.rails.emplace_back();
      for (const PowerClass& c : rail.classes)
        classes.push_back({.sampler = HsmmSampler(c.hsmm), .level = c.level});
    }
    actions_.push_back(std::move(model));
  }
}

void EdgeDevice::Execute(const Request&, ActionId action, const Answer& answer, const Noise& world,
                         Execution& out) const {
  const ActionModel& model = actions_[action];
  WordStream latency_words = world.Words(Stream::kLatency);
  const std::uint32_t measured = model.latency.Draw(latency_words());
  const double seconds_per_token = model.seconds_per_output_token[measured];
  const std::size_t request_class = model.request_class[measured];
  out.duration = FromSeconds(answer.output_tokens * seconds_per_token);
  out.clamped = 0;

  const Duration tick = info_.emission_interval;
  const auto ticks = static_cast<std::size_t>((out.duration + tick - Duration(1)) / tick);
  out.segments.assign(ticks, PowerSegment{.length = tick, .rail_w = {}});
  if (ticks > 0)
    out.segments.back().length = out.duration - tick * static_cast<std::int64_t>(ticks - 1);

  WordStream level_words = world.Words(Stream::kLevel);
  const double shared = StandardNormal(level_words);
  for (std::size_t r = 0; r < model.rails.size(); ++r) {
    const std::vector<RailModel>& classes = model.rails[r];
    const RailModel& rail = classes[classes.size() == 1 ? 0 : request_class];
    const auto stream = [&](RailStream purpose) {
      return world.Words(StreamOfRail(static_cast<int>(r), purpose));
    };
    WordStream own_words = stream(RailStream::kLevel);
    const double level_w =
        rail.level.shared_w * shared + rail.level.own_w * StandardNormal(own_words);
    out.rail_path_w.resize(ticks);
    out.clamped += rail.sampler.Sample(level_w, stream(RailStream::kDwell),
                                       stream(RailStream::kEmission), out.rail_path_w);
    for (std::size_t t = 0; t < ticks; ++t) out.segments[t].rail_w[r] = out.rail_path_w[t];
  }
}

}  // namespace edgesim
