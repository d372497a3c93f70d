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

// Energy from the first reading to each.
std::vector<double> CumulatedEnergy_j(const Readings& x) {
  std::vector<double> energy(x.size(), 0.0);
  for (std::size_t i = 1; i < x.size(); ++i) {
    energy[i] = energy[i - 1] + (x.watts[i] + x.watts[i - 1]) / 2 * (x.t_s[i] - x.t_s[i - 1]);
  }
  return energy;
}

// Sums over pairs (x, y), each about its own mean.
struct PairSums {
  double xx = 0, yy = 0, xy = 0;
  std::size_t pairs = 0;

  void Add(std::span<const double> watts, int lag) {
    if (lag < 0) throw std::invalid_argument("autocorrelation: the lag must not be negative");
    const auto shift = static_cast<std::size_t>(lag);
    std::vector<double> x, y;
    for (std::size_t t = 0; t + shift < watts.size(); ++t) {
      if (std::isnan(watts[t]) || std::isnan(watts[t + shift])) continue;
      x.push_back(watts[t]);
      y.push_back(watts[t + shift]);
    }
    const double mean_x = Mean(x), mean_y = Mean(y);
    for (std::size_t i = 0; i < x.size(); ++i) {
      xx += (x[i] - mean_x) * (x[i] - mean_x);
      yy += (y[i] - mean_y) * (y[i] - mean_y);
      xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    pairs += x.size();
  }

  double Correlation() const {
    return pairs >= 2 && xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : kNaN;
  }
};

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
  return x.size() < 2 ? kNaN : CumulatedEnergy_j(x).back();
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
  PairSums sums;
  sums.Add(watts, lag);
  return sums.Correlation();
}

double Autocorrelation(const std::vector<std::vector<double>>& paths, int lag) {
  PairSums sums;
  for (const auto& watts : paths) sums.Add(watts, lag);
  return sums.Correlation();
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

double PeakWindowMean_w(PowerPath path, double window_s) {
  const Readings x = Present(path);
  if (window_s <= 0) return Peak_w(x.watts);
  if (x.size() < 2 || x.t_s.back() - x.t_s.front() < window_s) return kNaN;
  const std::vector<double> energy = CumulatedEnergy_j(x);
  struct Point {
    double energy_j, watts;
  };
  const auto at = [&](double t) {
    const auto above = std::upper_bound(x.t_s.begin() + 1, x.t_s.end() - 1, t) - x.t_s.begin();
    const auto i = static_cast<std::size_t>(above) - 1;
    const double share = std::min(1.0, (t - x.t_s[i]) / (x.t_s[i + 1] - x.t_s[i]));
    const double watts = x.watts[i] + share * (x.watts[i + 1] - x.watts[i]);
    return Point{energy[i] + (x.watts[i] + watts) / 2 * (t - x.t_s[i]), watts};
  };

  // As the window slides, its mean is a parabola between the places where one of its ends meets a
  // reading.
  const double last = x.t_s.back() - window_s;
  std::vector<double> starts;
  for (const double t : x.t_s) {
    if (t < last) starts.push_back(t);
    if (t - window_s >= x.t_s.front()) starts.push_back(t - window_s);
  }
  std::sort(starts.begin(), starts.end());
  double peak = kNaN, before_s = 0, before_w = 0, before_slope = 0;
  for (const double start : starts) {
    const Point from = at(start), to = at(start + window_s);
    const double mean = (to.energy_j - from.energy_j) / window_s;
    const double slope = (to.watts - from.watts) / window_s;
    if (before_slope > 0 && slope < 0) {
      const double top = before_slope / (before_slope - slope);  // share of the way to its vertex
      peak = std::fmax(peak, before_w + before_slope * top * (start - before_s) / 2);
    }
    peak = std::fmax(peak, mean);
    before_s = start;
    before_w = mean;
    before_slope = slope;
  }
  return peak;
}

bool ExceedsCap(PowerPath path, double cap_w, double window_s) {
  return PeakWindowMean_w(path, window_s) > cap_w;
}

}  // namespace edgesim
