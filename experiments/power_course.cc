#include "experiments/power_course.h"

#include <algorithm>

#include "experiments/replica_run.h"
#include "sim/energy_meter.h"

namespace edgesim {

namespace {

// Hands every request on to the device and keeps the segments it answered with.
class Tap final : public Device {
 public:
  explicit Tap(const Device& device) : device_(device) {}

  const DeviceInfo& Info() const override { return device_.Info(); }
  void Execute(const Request& request, ActionId action, const Answer& answer, const Noise& world,
               Execution& out) const override {
    device_.Execute(request, action, answer, world, out);
    ran_.push_back(out.segments);
  }

  // Of each dispatched request, in order.
  const std::vector<std::vector<PowerSegment>>& ran() const { return ran_; }

 private:
  const Device& device_;
  mutable std::vector<std::vector<PowerSegment>> ran_;  // of the one episode it serves
};

// The time from `now` to `end` with nothing running.
void Idle(const DeviceInfo& device, SimTime now, SimTime end, std::vector<PowerStretch>& out) {
  if (end > now) out.push_back({now, end - now, device.idle_w, std::nullopt});
}

void Run(const RequestRow& row, const std::vector<PowerSegment>& segments,
         std::vector<PowerStretch>& out) {
  SimTime now = row.dispatched;
  for (const PowerSegment& segment : segments) {
    const Duration length = std::min(segment.length, row.ended - now);
    if (length > Duration(0)) out.push_back({now, length, segment.rail_w, row.request.index});
    now += length;
  }
}

}  // namespace

Watts TotalOf(const PowerStretch& stretch) {
  return PowerSegment{.length = stretch.length, .rail_w = stretch.rail_w}.Sum(kAllRails);
}

// In the order in which the episode's meter adds up.
Joules EnergyOf(const PowerCourse& course) {
  Joules sum{}, of_request{};
  std::optional<std::uint32_t> request;
  for (const PowerStretch& stretch : course.stretches) {
    if (stretch.request != request || !request) {
      sum += of_request;
      of_request = Joules(0);
      request = stretch.request;
    }
    of_request += TotalOf(stretch) * stretch.length;
  }
  return sum + of_request;
}

PowerCourse RecordCourse(const BuiltExperiment& built, const Contestant& contestant, Policy& policy,
                         std::uint32_t replica, std::uint32_t episode, Phase phase) {
  const Tap tap(*built.world.device);
  World world = built.world;
  world.device = &tap;
  PowerCourse course;
  course.rails = tap.Info().rails;
  course.record =
      RunEpisode(world, policy, contestant.name, EpisodeNoise(built, replica, episode, phase));
  SimTime now{};
  auto ran = tap.ran().begin();
  for (const RequestRow& row : course.record.rows) {
    if (row.rejected) continue;
    Idle(tap.Info(), now, row.dispatched, course.stretches);
    Run(row, *ran++, course.stretches);
    now = row.ended;
  }
  Idle(tap.Info(), now, course.record.end_time, course.stretches);
  return course;
}

}  // namespace edgesim
