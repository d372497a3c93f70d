#include "calibration/request_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "calibration/request_table.h"
#include "calibration/trace_quality.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

struct RailColumn {
  std::string rail;
  std::size_t column = 0;
  double to_w = 1;
};

std::vector<RailColumn> RailColumns(const CsvTable& samples) {
  std::vector<RailColumn> columns;
  const auto& header = samples.header();
  const auto refuse = [&](const std::string& what) {
    throw InputError(fmt::format("{}:1: {}", samples.name(), what));
  };
  for (std::size_t i = 0; i < header.size(); ++i) {
    const bool milliwatts = header[i].ends_with("_mw");
    const std::size_t suffix = milliwatts ? 3 : 2;
    if (header[i].size() <= suffix || !(milliwatts || header[i].ends_with("_w"))) continue;
    columns.push_back({.rail = header[i].substr(0, header[i].size() - suffix),
                       .column = i,
                       .to_w = milliwatts ? 1e-3 : 1});
    for (std::size_t k = 0; k + 1 < columns.size(); ++k) {
      if (columns[k].rail == columns.back().rail) {
        refuse(fmt::format("rail '{}' stands twice, as '{}' and '{}'; leave one out",
                           columns[k].rail, header[columns[k].column], header[i]));
      }
    }
  }
  if (columns.empty()) refuse("no column '<rail>_w' or '<rail>_mw'");
  if (std::find(header.begin(), header.end(), "t_ms") != header.end())
    refuse("there is a column 't_ms'; t_s alone is read here");
  return columns;
}

}  // namespace

TraceSet JoinTraces(const CsvTable& samples, const CsvTable& requests) {
  TraceSet set;
  const std::vector<RailColumn> rail_columns = RailColumns(samples);
  for (const RailColumn& column : rail_columns) set.rails.push_back(column.rail);
  CheckRequestNames(requests);

  std::map<std::pair<std::string, std::string>, std::size_t> index;
  {
    const std::size_t action = requests.Column("action"), request = requests.Column("question_id"),
                      tokens = requests.Column("completion_tokens"),
                      duration = requests.Column("duration_s");
    for (std::size_t i = 0; i < requests.rows(); ++i) {
      RequestTrace trace{.action = requests.Text(i, action),
                         .request = requests.Text(i, request),
                         .duration_s = requests.Number(i, duration),
                         .output_tokens = static_cast<double>(requests.Count(i, tokens, 1)),
                         .t_s = {},
                         .rail_w = std::vector<std::vector<double>>(set.rails.size())};
      if (trace.duration_s <= 0) {
        throw InputError(fmt::format("{}:{}: {}, question {}: duration_s must be positive",
                                     requests.name(), requests.Line(i), trace.action,
                                     trace.request));
      }
      if (!index.emplace(std::pair(trace.action, trace.request), set.requests.size()).second) {
        throw InputError(fmt::format("{}:{}: {}, question {} stands twice", requests.name(),
                                     requests.Line(i), trace.action, trace.request));
      }
      set.requests.push_back(std::move(trace));
    }
  }
  if (set.requests.empty()) throw InputError(requests.name() + ": no requests");
  const std::size_t action = samples.Column("action"), request = samples.Column("question_id"),
                    time = samples.Column("t_s");
  for (std::size_t i = 0; i < samples.rows(); ++i) {
    const auto found = index.find({samples.Text(i, action), samples.Text(i, request)});
    if (found == index.end()) {
      throw InputError(fmt::format("{}: samples of {}, question {}, but {} has no such request",
                                   samples.name(), samples.Text(i, action),
                                   samples.Text(i, request), requests.name()));
    }
    RequestTrace& trace = set.requests[found->second];
    const double t = samples.Number(i, time);
    if (!trace.t_s.empty() && t <= trace.t_s.back()) {
      throw InputError(fmt::format("{}: {}, question {}: time goes back at t_s = {}",
                                   samples.name(), trace.action, trace.request, t));
    }
    trace.t_s.push_back(t);
    for (std::size_t r = 0; r < rail_columns.size(); ++r) {
      const double watts = samples.Number(i, rail_columns[r].column) * rail_columns[r].to_w;
      if (watts < 0 || watts > kMostEdgePower_w) {
        throw InputError(fmt::format(
            "{}:{}: {}, question {}, t_s = {}: {} is {} W, allowed: 0 to {:g}{}", samples.name(),
            samples.Line(i), trace.action, trace.request, t, set.rails[r], watts, kMostEdgePower_w,
            watts < 0 ? "" : "; is the column in mW? Then name it <rail>_mw"));
      }
      trace.rail_w[r].push_back(watts);
    }
  }
  for (std::size_t i = 0; i < set.requests.size(); ++i) {
    const RequestTrace& trace = set.requests[i];
    const auto refuse = [&](const std::string& what) {
      throw InputError(fmt::format("{}:{}: {}, question {}: {}", requests.name(), requests.Line(i),
                                   trace.action, trace.request, what));
    };
    const auto inside = std::count_if(trace.t_s.begin(), trace.t_s.end(),
                                      [&](double t) { return t >= 0 && t <= trace.duration_s; });
    if (inside < 2) refuse("fewer than two samples within its duration");
    constexpr double kMostMissing = 10;  // sampling periods
    const double missing_s = trace.duration_s - trace.t_s.back();
    if (missing_s > kMostMissing * MeanSamplingPeriod(TraceSet{.rails = {}, .requests = {trace}})) {
      refuse(fmt::format("duration_s is {:g}, but its samples in {} end at {:g} s",
                         trace.duration_s, samples.name(), trace.t_s.back()));
    }
  }
  return set;
}

double MeanSamplingPeriod(const TraceSet& traces) {
  std::vector<double> periods;
  for (const RequestTrace& trace : traces.requests) {
    for (std::size_t i = 1; i < trace.t_s.size(); ++i)
      periods.push_back(trace.t_s[i] - trace.t_s[i - 1]);
  }
  if (periods.empty()) throw InputError("no request has two samples: there is no sampling period");
  std::sort(periods.begin(), periods.end());
  const double longest = 1.5 * periods[periods.size() / 2];
  double sum = 0, n = 0;
  for (const double period : periods) {
    if (period > longest) break;
    sum += period;
    ++n;
  }
  return sum / n;
}

double LongestGap(const RequestTrace& trace) {
  double last = 0, longest = 0;
  for (const double t : trace.t_s) {
    if (t < 0 || t > trace.duration_s) continue;
    longest = std::max(longest, t - last);
    last = t;
  }
  return std::max(longest, trace.duration_s - last);
}

std::vector<double> OnGrid(const RequestTrace& trace, std::size_t rail, double interval_s) {
  constexpr double kGap = 1.5;  // intervals; what is closer follows on, however it jitters
  std::vector<double> grid;
  double first = 0, previous = 0;
  for (std::size_t i = 0; i < trace.t_s.size(); ++i) {
    const double t = trace.t_s[i];
    if (t < 0) continue;
    if (t > trace.duration_s) break;
    double skipped = 0;
    if (grid.empty()) {
      first = t;
      skipped = std::floor(t / interval_s);
    } else if (t - previous > kGap * interval_s) {
      // By the gap itself, but no further than the time since the first reading has room for: after
      // an early reading a normal one looks late.
      const double by_gap = std::round((t - previous) / interval_s) - 1;
      const double by_time = std::floor(first / interval_s) + std::round((t - first) / interval_s) -
                             static_cast<double>(grid.size());
      skipped = std::max(0.0, std::min(by_gap, by_time));
    }
    grid.insert(grid.end(), static_cast<std::size_t>(skipped),
                std::numeric_limits<double>::quiet_NaN());
    grid.push_back(trace.rail_w[rail][i]);
    previous = t;
  }
  return grid;
}

double MeasuredEnergy(const RequestTrace& trace, std::size_t rail) {
  const std::vector<double>& t = trace.t_s;
  const std::vector<double>& w = trace.rail_w[rail];
  const auto at = [&](double time) {  // linear between samples, constant outside them
    const auto above =
        static_cast<std::size_t>(std::lower_bound(t.begin(), t.end(), time) - t.begin());
    if (above == 0) return w.front();
    if (above == t.size()) return w.back();
    return w[above - 1] +
           (w[above] - w[above - 1]) * (time - t[above - 1]) / (t[above] - t[above - 1]);
  };
  double energy = 0, last_t = 0, last_w = at(0);
  for (std::size_t i = 0; i < t.size() && t[i] < trace.duration_s; ++i) {
    if (t[i] <= 0) continue;
    energy += 0.5 * (last_w + w[i]) * (t[i] - last_t);
    last_t = t[i];
    last_w = w[i];
  }
  return energy + 0.5 * (last_w + at(trace.duration_s)) * (trace.duration_s - last_t);
}

}  // namespace edgesim
