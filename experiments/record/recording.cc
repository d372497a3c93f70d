#include "experiments/record/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace edgesim {

std::vector<RailSeries> SeriesOf(const std::vector<MeasuredRail>& rails,
                                 const std::vector<PowerReading>& readings, double origin_s) {
  std::vector<RailSeries> series;
  for (std::size_t r = 0; r < rails.size(); ++r) {
    RailSeries& rail = series.emplace_back();
    rail.rail = rails[r];
    for (const PowerReading& reading : readings) {
      if (std::isnan(reading.w[r])) continue;
      const double t_s = reading.t_s - origin_s;
      if (!rail.t_s.empty() && t_s <= rail.t_s.back()) {
        rail.w.back() = reading.w[r];
        continue;
      }
      rail.t_s.push_back(t_s);
      rail.w.push_back(reading.w[r]);
    }
  }
  return series;
}

double WattsAt(const RailSeries& series, double t_s) {
  const std::vector<double>& t = series.t_s;
  const auto above =
      static_cast<std::size_t>(std::lower_bound(t.begin(), t.end(), t_s) - t.begin());
  if (above == t.size()) return series.w.back();
  if (above == 0 || t[above] == t_s) return series.w[above];
  const double share = (t_s - t[above - 1]) / (t[above] - t[above - 1]);
  return series.w[above - 1] + share * (series.w[above] - series.w[above - 1]);
}

double Energy(const RailSeries& series, double from_s, double to_s) {
  double energy_j = 0, last_t = from_s, last_w = WattsAt(series, from_s);
  const auto step = [&](double t, double w) {
    energy_j += 0.5 * (last_w + w) * (t - last_t);
    last_t = t;
    last_w = w;
  };
  for (std::size_t i = 0; i < series.t_s.size(); ++i) {
    if (series.t_s[i] > from_s && series.t_s[i] < to_s) step(series.t_s[i], series.w[i]);
  }
  step(to_s, WattsAt(series, to_s));
  return energy_j;
}

double MeanPeriod(const RailSeries& series) {
  if (series.t_s.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  return (series.t_s.back() - series.t_s.front()) / static_cast<double>(series.t_s.size() - 1);
}

PowerCsv FormatPowerCsv(const std::vector<RailSeries>& series) {
  PowerCsv csv{.text = "t_s"};
  double from_s = -std::numeric_limits<double>::infinity(), to_s = -from_s;
  for (const RailSeries& rail : series) {
    csv.text += fmt::format(",{}_w", rail.rail.name);
    from_s = std::max(from_s, rail.t_s.front());
    to_s = std::min(to_s, rail.t_s.back());
  }
  csv.text += '\n';
  for (const double t_s : series.front().t_s) {
    if (t_s < from_s || t_s > to_s) continue;
    if (csv.rows++ == 0) csv.first_s = t_s;
    csv.last_s = t_s;
    fmt::format_to(std::back_inserter(csv.text), "{:.6f}", t_s);
    for (const RailSeries& rail : series)
      fmt::format_to(std::back_inserter(csv.text), ",{:.4f}", WattsAt(rail, t_s));
    csv.text += '\n';
  }
  return csv;
}

}  // namespace edgesim
