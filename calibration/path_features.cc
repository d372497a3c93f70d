#include "calibration/path_features.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "sim/stats.h"

namespace edgesim {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kRounding = 1e-9;  // of a window: times such as 0.1 * 10 are not whole numbers

struct Readings {
  std::vector<double> t_s, watts;
  std::size_t size() const { return t_s.size(); }
};

Readings Present(PowerPath path) {
  if (path.t_s.size() != path.watts.size()) {
    throw std::invalid_argument("power path: as many times as readings");
  }
  Readings present;
  for (std::size_t i = 0; i < path.t_s.size(); ++i) {
    if (std::isnan(path.watts[i])) continue;
    present.t_s.push_back(path.t_s[i]);
    present.watts.push_back(path.watts[i]);
  }
  return present;
}

double FirstCrossing(const Readings& x, double level_w) {
  for (std::size_t i = 1; i < x.size(); ++i) {
    if (x.watts[i] < level_w) continue;
    const double share = (level_w - x.watts[i - 1]) / (x.watts[i] - x.watts[i - 1]);
    return x.t_s[i - 1] + share * (x.t_s[i] - x.t_s[i - 1]);
  }
  return kNaN;
}

}  // namespace

double Energy_j(PowerPath path) {
  const Readings x = Present(path);
  if (x.size() < 2) return kNaN;
  double energy = 0;
  for (std::size_t i = 1; i < x.size(); ++i)
    energy += (x.watts[i] + x.watts[i - 1]) / 2 * (x.t_s[i] - x.t_s[i - 1]);
  return energy;
}

double Peak_w(std::span<const double> watts) {
  double peak = kNaN;
  for (const double w : watts) peak = std::fmax(peak, w);  // of a number and NaN: the number
  return peak;
}

double MeanAbsStep_w(std::span<const double> watts) {
  double sum = 0, steps = 0;
  for (std::size_t t = 1; t < watts.size(); ++t) {
    const double step = std::abs(watts[t] - watts[t - 1]);
    if (std::isnan(step)) continue;
    sum += step;
    ++steps;
  }
  return steps > 0 ? sum / steps : kNaN;
}

double Autocorrelation(std::span<const double> watts, int lag) {
  if (lag < 0) throw std::invalid_argument("autocorrelation: the lag must not be negative");
  const auto shift = static_cast<std::size_t>(lag);
  std::vector<double> x, y;
  for (std::size_t t = 0; t + shift < watts.size(); ++t) {
    if (std::isnan(watts[t]) || std::isnan(watts[t + shift])) continue;
    x.push_back(watts[t]);
    y.push_back(watts[t + shift]);
  }
  const double mean_x = Mean(x), mean_y = Mean(y);
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return x.size() >= 2 && xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : kNaN;
}

Ramp FindRamp(PowerPath path) {
  const Readings x = Present(path);
  if (x.size() < 4) return {kNaN, kNaN, kNaN, kNaN};
  std::vector<double> second_half(x.watts.begin() + static_cast<std::ptrdiff_t>(x.size() / 2),
                                  x.watts.end());
  std::sort(second_half.begin(), second_half.end());
  Ramp ramp{.start_w = x.watts.front(),
            .plateau_w = Quantile(second_half, 0.5),
            .t50_s = kNaN,
            .t95_s = kNaN};
  const double rise = ramp.plateau_w - ramp.start_w;
  if (rise > 0) {
    ramp.t50_s = FirstCrossing(x, ramp.start_w + 0.5 * rise);
    ramp.t95_s = FirstCrossing(x, ramp.start_w + 0.95 * rise);
  }
  return ramp;
}

std::vector<double> WindowMeans_w(PowerPath path, double window_s) {
  if (!(window_s > 0)) throw std::invalid_argument("the window must be longer than 0 s");
  const Readings x = Present(path);
  std::vector<double> means;
  if (x.size() < 2) return means;
  std::vector<double> periods;
  for (std::size_t i = 1; i < path.t_s.size(); ++i)
    periods.push_back(path.t_s[i] - path.t_s[i - 1]);
  std::sort(periods.begin(), periods.end());
  const double begin = x.t_s.front();
  const double covered = x.t_s.back() - begin + Quantile(periods, 0.5);
  const double windows = covered / window_s + kRounding;  // rounded down below
  std::vector<double> sums(static_cast<std::size_t>(windows)), readings(sums.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto k = static_cast<std::size_t>((x.t_s[i] - begin) / window_s + kRounding);
    if (k >= sums.size()) break;
    sums[k] += x.watts[i];
    ++readings[k];
  }
  for (std::size_t k = 0; k < sums.size(); ++k) {
    if (readings[k] > 0) means.push_back(sums[k] / readings[k]);
  }
  return means;
}

Plateau PlateauFrom(PowerPath path, double from_s) {
  const Readings x = Present(path);
  const auto first = std::lower_bound(x.t_s.begin(), x.t_s.end(), from_s) - x.t_s.begin();
  const std::span<const double> settled =
      std::span(x.watts).subspan(static_cast<std::size_t>(first));
  return {.mean_w = settled.empty() ? kNaN : Mean(settled),
          .sd_w = settled.size() < 2 ? kNaN : std::sqrt(SampleVariance(settled))};
}

RunLengths RunsAround(PowerPath path, double threshold_w) {
  const Readings x = Present(path);
  RunLengths runs;
  double since = kNaN;  // begin of the run, unknown in the first
  for (std::size_t i = 1; i < x.size(); ++i) {
    const bool was_above = x.watts[i - 1] > threshold_w;
    if (was_above == (x.watts[i] > threshold_w)) continue;
    if (!std::isnan(since)) (was_above ? runs.above_s : runs.below_s).push_back(x.t_s[i] - since);
    since = x.t_s[i];
  }
  return runs;
}

}  // namespace edgesim
