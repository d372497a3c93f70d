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
  EnergyMeter(const Limits& limits, const DeviceInfo& device) : limit_(limits.budget.limit) {
    if (!limits.cap) return;
    const Watts idle = PowerSegment{.length = {}, .rail_w = device.idle_w}.Sum(limits.cap->rails);
    monitor_.emplace(*limits.cap, idle, device.emission_interval);
    capped_rails_ = limits.cap->rails;
    stop_at_cap_ = limits.cap->mode == CapMode::kTerminate;
  }

  Joules Spent() const { return spent_; }
  Joules Left() const { return limit_ - spent_; }

  // Runs the segments until they end, `at_most` has passed, or a limit stops them. What comes to
  // exactly the budget at its very end has not crossed it.
  Metered Run(std::span<const PowerSegment> segments, Duration at_most) {
    Metered run;
    for (const PowerSegment& segment : segments) {
      Duration length = std::min(segment.length, at_most - run.length);
      const Watts power = segment.Sum(kAllRails);
      Metered::Stop stop = length < segment.length ? Metered::Stop::kTime : Metered::Stop::kEnd;
      if (run.energy + power * length > Left()) {
        stop = Metered::Stop::kBudget;
        length = std::min(length, TimeToSpend(Left() - run.energy, power));
      }
      if (monitor_) {
        if (const auto offset = monitor_->Feed(segment.Sum(capped_rails_), length)) {
          run.cap_exceeded = true;
          if (stop_at_cap_) {
            stop = Metered::Stop::kCap;
            length = *offset;
          }
        }
      }
      run.length += length;
      run.energy += power * length;
      run.peak = std::max(run.peak, power);
      if (stop != Metered::Stop::kEnd) {
        run.stop = stop;
        break;
      }
    }
    if (run.stop == Metered::Stop::kBudget) run.energy = Left();
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
  bool stop_at_cap_ = false;
};

}  // namespace edgesim
