#include "calibration/trace_quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <set>

#include "sim/input_error.h"

namespace edgesim {

namespace {

// A quantile of unsorted values, which are reordered.
double Quantile(std::vector<double>& values, double share) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double SamplingPeriod(std::span<const double> t_s) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < t_s.size(); ++i) {
    if (t_s[i] > t_s[i - 1]) steps.push_back(t_s[i] - t_s[i - 1]);
  }
  return steps.empty() ? 0 : Quantile(steps, 0.5);
}

// The period at which a sensor that holds its values refreshes, or 0 if it does not hold them.
double HeldRefresh(std::span<const double> t_s, std::span<const double> watts, double sampling_s) {
  constexpr std::size_t kFewest = 5;  // whole runs of one value
  constexpr double kGap = 3;          // sampling periods; a run across a gap tells nothing
  struct Run {
    double samples, duration_s;
  };
  std::vector<Run> runs;
  std::size_t begin = 0;
  bool whole = false;  // the run began with a change, without a gap since
  for (std::size_t i = 1; i < t_s.size(); ++i) {
    const double step_s = t_s[i] - t_s[i - 1];
    const bool broken = step_s < 0 || step_s > kGap * sampling_s;
    const bool changed = watts[i] != watts[i - 1];
    if (changed && whole && !broken)
      runs.push_back({static_cast<double>(i - begin), t_s[i] - t_s[begin]});
    if (changed || broken) {
      begin = i;
      whole = changed && !broken;
    }
  }
  if (runs.size() < kFewest) return 0;
  std::vector<double> lengths;
  for (const Run& run : runs) lengths.push_back(run.samples);
  const double shortest = Quantile(lengths, 0.1);
  if (shortest < 2) return 0;

  // The runs of one refresh, then all short ones as multiples of it.
  double sum_s = 0, refreshes = 0;
  for (const Run& run : runs) {
    if (run.samples > 1.5 * shortest) continue;
    sum_s += run.duration_s;
    ++refreshes;
  }
  const double first_s = sum_s / refreshes;
  sum_s = refreshes = 0;
  for (const Run& run : runs) {
    const double count = std::max(1.0, std::round(run.duration_s / first_s));
    if (count > 3) continue;
    sum_s += run.duration_s;
    refreshes += count;
  }
  return sum_s / refreshes;
}

// The decimal place of the readings, from 1 W down.
double DecimalStep(std::span<const double> watts) {
  for (const double per_watt : {1.0, 10.0, 100.0, 1e3, 1e4}) {
    const auto fits = std::count_if(watts.begin(), watts.end(), [&](double w) {
      const double units = w * per_watt;
      return std::abs(units - std::round(units)) <= 1e-9 * std::max(1.0, std::abs(units));
    });
    if (static_cast<double>(fits) >= 0.99 * static_cast<double>(watts.size())) return 1 / per_watt;
  }
  return 0;
}

// The largest step of which nearly all small changes from sample to sample are multiples. Large
// changes tell nothing: a small error of the step adds up over them.
double Quantum(std::span<const double> watts) {
  constexpr std::size_t kEnough = 200'000;                      // samples
  constexpr double kSmall = 8, kNear = 0.12, kNearlyAll = 0.9;  // steps; of a step; share
  watts = watts.first(std::min(watts.size(), kEnough));
  const double decimal = DecimalStep(watts);
  std::vector<double> changes;
  std::map<std::int64_t, std::size_t> seen;  // by microwatt
  for (std::size_t i = 1; i < watts.size(); ++i) {
    const double change = std::abs(watts[i] - watts[i - 1]);
    if (!(change > 1e-6) || change > 1e6) continue;
    changes.push_back(change);
    ++seen[std::llround(change * 1e6)];
  }
  std::vector<std::pair<std::size_t, double>> candidates;
  for (const auto& [microwatts, count] : seen)
    candidates.emplace_back(count, static_cast<double>(microwatts) * 1e-6);
  std::sort(candidates.rbegin(), candidates.rend());
  if (candidates.size() > 50) candidates.resize(50);  // the most frequent
  const double fewest = std::max(20.0, 0.3 * static_cast<double>(changes.size()));
  double quantum = decimal;
  for (const auto& [count, step] : candidates) {
    if (step <= quantum || step <= 2 * decimal) continue;
    double small = 0, near = 0, sum = 0, steps = 0;
    for (const double change : changes) {
      if (change > kSmall * step) continue;
      ++small;
      const double multiple = std::round(change / step);
      if (multiple < 1 || std::abs(change / step - multiple) > kNear) continue;
      ++near;
      sum += change;
      steps += multiple;
    }
    if (small >= fewest && near >= kNearlyAll * small) quantum = sum / steps;
  }
  return quantum;
}

constexpr std::size_t kMedianOf = 5;  // samples on each side of a jump

double MedianOf(std::span<const double> watts) {
  std::vector<double> copy(watts.begin(), watts.end());
  return Quantile(copy, 0.5);
}

}  // namespace

RailQuality AssessRail(std::span<const double> t_s, std::span<const double> watts) {
  RailQuality quality;
  if (watts.size() < 2) return quality;
  double repeats = 0;
  for (std::size_t i = 1; i < watts.size(); ++i) repeats += watts[i] == watts[i - 1];
  quality.repeat_share = repeats / static_cast<double>(watts.size());
  quality.quantum_w = Quantum(watts);
  quality.refresh_s = SamplingPeriod(t_s);
  if (const double held_s = HeldRefresh(t_s, watts, quality.refresh_s); held_s > 0) {
    quality.held = true;
    quality.refresh_s = held_s;
  }
  return quality;
}

PowerTrace WithoutHeldValues(const PowerTrace& trace) {
  const std::size_t n = trace.t_s.size();
  std::vector<RailQuality> qualities;
  for (const auto& watts : trace.rail_w) qualities.push_back(AssessRail(trace.t_s, watts));
  const auto fastest = std::min_element(
      qualities.begin(), qualities.end(),
      [](const RailQuality& a, const RailQuality& b) { return a.refresh_s < b.refresh_s; });

  std::vector<bool> keep(n, true);
  std::map<std::string, double> last_t_s;  // of the samples kept, by group
  std::size_t same_time = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto [at, is_new] = last_t_s.emplace(trace.group[i], trace.t_s[i]);
    if (!is_new && trace.t_s[i] == at->second) {
      keep[i] = false;
      ++same_time;
    }
    at->second = trace.t_s[i];
  }
  std::size_t held = 0;
  if (fastest != qualities.end() && fastest->held) {
    const auto& watts = trace.rail_w[static_cast<std::size_t>(fastest - qualities.begin())];
    for (std::size_t begin = 0; begin < n;) {
      const auto follows = [&](std::size_t i) {  // the same recording goes on
        return i < n && trace.group[i] == trace.group[i - 1] && trace.t_s[i] >= trace.t_s[i - 1];
      };
      std::size_t end = begin + 1;
      while (follows(end) && watts[end] == watts[begin]) ++end;
      const double until_s = follows(end) ? trace.t_s[end] : trace.t_s[end - 1];
      const double duration_s = until_s - trace.t_s[begin];
      const double refreshes = std::max(1.0, std::round(duration_s / fastest->refresh_s));
      double kept = 1;
      for (std::size_t i = begin + 1; i < end; ++i) {
        if (!keep[i]) continue;
        // Rounding must not lose the sample that begins a refresh.
        constexpr double kRounding = 1e-9;
        if (kept < refreshes &&
            (trace.t_s[i] - trace.t_s[begin]) * refreshes >= kept * duration_s * (1 - kRounding)) {
          ++kept;
          continue;
        }
        keep[i] = false;
        ++held;
      }
      begin = end;
    }
  }

  PowerTrace cleaned{.name = trace.name,
                     .rails = trace.rails,
                     .origin_s = trace.origin_s,
                     .t_s = {},
                     .rail_w = std::vector<std::vector<double>>(trace.rails.size()),
                     .group = {},
                     .notes = trace.notes};
  for (std::size_t i = 0; i < n; ++i) {
    if (!keep[i]) continue;
    cleaned.t_s.push_back(trace.t_s[i]);
    cleaned.group.push_back(trace.group[i]);
    for (std::size_t rail = 0; rail < trace.rails.size(); ++rail)
      cleaned.rail_w[rail].push_back(trace.rail_w[rail][i]);
  }
  if (same_time > 0)
    cleaned.notes.push_back(fmt::format("{} samples dropped at the time of another", same_time));
  if (held > 0) {
    cleaned.notes.push_back(
        fmt::format("{} of {} samples dropped that repeat a held value", held, n));
    for (std::size_t rail = 0; rail < trace.rails.size(); ++rail) {
      if (qualities[rail].refresh_s < 1.5 * fastest->refresh_s) continue;
      cleaned.notes.push_back(fmt::format("{}: still repeats, it refreshes every {:.3g} s only",
                                          trace.rails[rail], qualities[rail].refresh_s));
    }
  }
  return cleaned;
}

void RefuseMisleading(const PowerTrace& trace) {
  constexpr std::size_t kFewest = 20;
  constexpr double kLeastJump = 500, kMostJump = 2000;  // about 1000: mW taken for W
  const std::size_t n = trace.t_s.size();
  const auto refuse = [&](const std::string& what) {
    throw InputError(fmt::format("{}: {}", trace.name, what));
  };
  if (n == 0 || trace.rails.empty()) refuse("no samples");
  if (n < kFewest) refuse(fmt::format("{} samples, at least {} are needed", n, kFewest));
  std::map<std::string, double> last_t_s;
  for (std::size_t i = 0; i < n; ++i) {
    const double t = trace.t_s[i];
    if (!std::isfinite(t)) refuse(fmt::format("sample {}: time is not finite", i + 1));
    const auto [at, is_new] = last_t_s.emplace(trace.group[i], t);
    if (t < at->second) refuse(fmt::format("sample {}: time goes back to {:.6g} s", i + 1, t));
    at->second = t;
  }
  std::set<std::string> rails;
  for (std::size_t r = 0; r < trace.rails.size(); ++r) {
    const std::string& rail = trace.rails[r];
    const std::vector<double>& watts = trace.rail_w[r];
    if (!rails.insert(rail).second) refuse(fmt::format("rail '{}' stands twice", rail));
    for (std::size_t i = 0; i < n; ++i) {
      const auto at = [&] { return fmt::format("{}, t = {:.6g} s", rail, trace.t_s[i]); };
      if (!std::isfinite(watts[i])) refuse(at() + ": power is not finite");
      if (watts[i] < 0) {
        refuse(fmt::format("{}: {:g} W is negative; a rail that only draws power is expected", at(),
                           watts[i]));
      }
    }
    if (std::adjacent_find(watts.begin(), watts.end(), std::not_equal_to<>()) == watts.end()) {
      refuse(fmt::format("{} is constant, {:g} W: nothing was measured; leave the rail out", rail,
                         watts.front()));
    }
    // A unit that changes inside the column: about a thousandfold from sample to sample, and the
    // medians on both sides differ as much.
    const auto jumps = [&](double a, double b) {
      const double ratio = std::max(a, b) / std::min(a, b);
      return std::min(a, b) > 0 && ratio > kLeastJump && ratio < kMostJump;
    };
    for (std::size_t i = 1; i < n; ++i) {
      if (!jumps(watts[i - 1], watts[i])) continue;
      const std::size_t before = std::min(i, kMedianOf), after = std::min(n - i, kMedianOf);
      if (!jumps(MedianOf(std::span(watts).subspan(i - before, before)),
                 MedianOf(std::span(watts).subspan(i, after))))
        continue;
      refuse(fmt::format("{}, t = {:.6g} s: jumps from {:g} to {:g} W: does the unit change?", rail,
                         trace.t_s[i], watts[i - 1], watts[i]));
    }
    const auto above =
        std::find_if(watts.begin(), watts.end(), [](double w) { return w > kMostEdgePower_w; });
    if (above != watts.end()) {
      refuse(
          fmt::format("{}, t = {:.6g} s: {:g} W, allowed: 0 to {:g}; is the column in mW? Then "
                      "name it {}_mw",
                      rail, trace.t_s[static_cast<std::size_t>(above - watts.begin())], *above,
                      kMostEdgePower_w, rail));
    }
  }
}

}  // namespace edgesim
