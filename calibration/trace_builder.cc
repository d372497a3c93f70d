#include "calibration/trace_builder.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "calibration/trace_quality.h"
#include "sim/input_error.h"

namespace edgesim {

TraceBuilder::TraceBuilder(std::string name, std::vector<std::string> rails, double per_second)
    : per_second_(per_second), at_(last_.end()) {
  trace_.name = std::move(name);
  trace_.rail_w.resize(rails.size());
  trace_.rails = std::move(rails);
}

bool TraceBuilder::GoesBack(double time, const std::string& group) {
  if (at_ == last_.end() || at_->first != group)
    at_ = last_.emplace(group, -std::numeric_limits<double>::infinity()).first;
  return time < at_->second;
}

void TraceBuilder::Add(double time, std::span<const double> watts, std::string group) {
  constexpr std::size_t kMost = 5'000'000;  // a day at 60 a second; more cannot be fitted anyhow
  if (trace_.t_s.size() == kMost) {
    throw InputError(fmt::format("{}: over {} samples; take a part of it, or every n-th line",
                                 trace_.name, kMost));
  }
  GoesBack(time, group);  // finds the group
  at_->second = time;
  if (trace_.t_s.empty()) {
    first_ = time;
    trace_.origin_s = time / per_second_;
  }
  trace_.t_s.push_back((time - first_) / per_second_);
  trace_.group.push_back(std::move(group));
  for (std::size_t rail = 0; rail < watts.size(); ++rail)
    trace_.rail_w[rail].push_back(watts[rail]);
}

PowerTrace TraceBuilder::Finish() {
  constexpr double kCoarseW = 0.02;  // finer steps are worth no line
  for (std::size_t rail = 0; rail < trace_.rails.size(); ++rail) {
    const std::vector<double>& watts = trace_.rail_w[rail];
    const RailQuality quality = AssessRail(trace_.t_s, watts);
    const std::string& name = trace_.rails[rail];
    const auto repeats = std::llround(quality.repeat_share * static_cast<double>(watts.size()));
    if (repeats > 0) {
      Note(fmt::format("{}: {} of {} samples repeat the one before", name, repeats, watts.size()));
    }
    if (quality.held) {
      Note(fmt::format("{}: the sensor holds each value for about {:.3g} s", name,
                       quality.refresh_s));
    }
    if (quality.quantum_w == 1) {
      Note(fmt::format("{}: whole watts only", name));
    } else if (quality.quantum_w >= kCoarseW) {
      Note(fmt::format("{}: readings are about {:.3g} W apart", name, quality.quantum_w));
    }
  }
  return std::move(trace_);
}

}  // namespace edgesim
