// Exact metering: walks constant-power segments and finds the instant at which a limit stops them.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "sim/cap_monitor.h"
#include "sim/device.h"
#include "sim/limits.h"

namespace edgesim {

inline constexpr std::uint32_t kAllRails = ~0U;

// How far a stretch of segments ran and what it took.
struct Metered {
  enum class Stop : std::uint8_t { kEnd, kTime, kBudget, kCap };
  Stop stop = Stop::kEnd;  // kEnd: all segments ran
  Duration length{};
  Joules energy{};
  Watts peak{};               // of the sum of all rails
  bool cap_exceeded = false;  // at any instant of it
};

class EnergyMeter {
 public:
  EnergyMeter(const Limits& limits, const DeviceInfo& device)
      : limit_(limits.budget.limit), stop_at_budget_(limits.budget.ends_episode) {
    if (!limits.cap) return;
    const Watts idle = PowerSegment{.length = {}, .rail_w = device.idle_w}.Sum(limits.cap->rails);
    monitor_.emplace(*limits.cap, idle, device.emission_interval);
    capped_rails_ = limits.cap->rails;
    stop_at_cap_ = limits.cap->mode == CapMode::kTerminate;
  }

  Joules Spent() const { return spent_; }
  Joules Left() const { return limit_ - spent_; }  // below 0 where the budget stops nothing
  bool Exhausted() const { return stop_at_budget_ && spent_ >= limit_; }

  // Runs the segments until they end, `at_most` has passed, or a limit stops them. What uses up the
  // budget at the very nanosecond of its end has ended, not crossed.
  Metered Run(std::span<const PowerSegment> segments, Duration at_most) {
    Metered run;
    for (std::size_t i = 0; i < segments.size() && run.stop == Metered::Stop::kEnd; ++i) {
      const PowerSegment& segment = segments[i];
      const Watts power = segment.Sum(kAllRails);
      Duration length = std::min(segment.length, at_most - run.length);
      if (length < segment.length) run.stop = Metered::Stop::kTime;
      bool exhausted = false;
      if (stop_at_budget_ && run.energy + power * length > Left()) {
        const Duration crossing = TimeToSpend(Left() - run.energy, power);
        exhausted = crossing <= length;
        const bool at_the_end = crossing == segment.length && i + 1 == segments.size();
        if (exhausted && !at_the_end) run.stop = Metered::Stop::kBudget;
        length = std::min(length, crossing);
      }
      if (monitor_) {
        const auto offset = monitor_->Feed(segment.Sum(capped_rails_), length);
        run.cap_exceeded = run.cap_exceeded || offset.has_value();
        if (offset && stop_at_cap_ && (*offset < length || run.stop == Metered::Stop::kEnd)) {
          run.stop = Metered::Stop::kCap;
          exhausted = false;
          length = *offset;
        }
      }
      run.length += length;
      run.energy = exhausted ? Left() : run.energy + power * length;
      if (length > Duration(0)) run.peak = std::max(run.peak, power);
    }
    spent_ += run.energy;
    return run;
  }

 private:
  // Rounded up, so that the budget is used up at that nanosecond.
  static Duration TimeToSpend(Joules energy, Watts power) {
    return Duration(static_cast<std::int64_t>(std::ceil(energy.value() / power.value() * 1e9)));
  }

  Joules limit_;
  Joules spent_{};
  std::optional<CapMonitor> monitor_;
  std::uint32_t capped_rails_ = kAllRails;
  bool stop_at_budget_ = true;
  bool stop_at_cap_ = false;
};

}  // namespace edgesim
