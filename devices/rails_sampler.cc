#include "devices/rails_sampler.h"

#include <fmt/format.h>

#include "sim/input_error.h"

namespace edgesim {

DeviceInfo InfoOf(const DeviceProfile& profile, bool count_idle) {
  DeviceInfo info;
  info.emission_interval = FromSeconds(profile.emission_interval_s);
  for (std::size_t r = 0; r < profile.rails.size(); ++r) {
    const Rail& rail = profile.rails[r];
    info.rails.push_back(rail.name);
    if (!count_idle) continue;
    if (!rail.idle_w) {
      throw InputError(fmt::format(
          "device '{}': the idle power of rail '{}' is not known, so idle energy cannot count",
          profile.name, rail.name));
    }
    info.idle_w[r] = *rail.idle_w;
  }
  return info;
}

RailsSampler::RailsSampler(const std::vector<RailPowerModel>& rails) {
  for (const RailPowerModel& rail : rails) {
    std::vector<RailModel>& classes = rails_.emplace_back();
    for (const PowerClass& c : rail.classes)
      classes.push_back({.sampler = HsmmSampler(c.hsmm), .level = c.level});
  }
}

void RailsSampler::Draw(std::size_t request_class, Duration tick, const Noise& world,
                        Execution& out) const {
  out.clamped = 0;
  const auto ticks = static_cast<std::size_t>((out.duration + tick - Duration(1)) / tick);
  out.segments.assign(ticks, PowerSegment{.length = tick, .rail_w = {}});
  if (ticks > 0)
    out.segments.back().length = out.duration - tick * static_cast<std::int64_t>(ticks - 1);

  WordStream level_words = world.Words(Stream::kLevel);
  const double shared = StandardNormal(level_words);
  for (std::size_t r = 0; r < rails_.size(); ++r) {
    const std::vector<RailModel>& classes = rails_[r];
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
