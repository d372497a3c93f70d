#include "calibration/resample.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "sim/input_error.h"

namespace edgesim {

TraceSet Resample(const TraceSet& traces, double interval_s) {
  const double period_s = MeanSamplingPeriod(traces);
  constexpr double kRounding = 1e-3;  // an interval given to three digits is the period
  if (interval_s < (1 - kRounding) * period_s) {
    throw InputError(
        fmt::format("an interval of {:g} s is shorter than the sampling period, {:.4g} s: what "
                    "power did in between is not known",
                    interval_s, period_s));
  }
  TraceSet result = traces;
  for (RequestTrace& request : result.requests) {
    std::map<long, std::vector<std::size_t>> cells;
    for (std::size_t i = 0; i < request.t_s.size(); ++i)
      cells[std::lround(std::floor(request.t_s[i] / interval_s))].push_back(i);
    const std::vector<std::vector<double>> watts = request.rail_w;
    request.t_s.clear();
    for (auto& rail : request.rail_w) rail.clear();
    for (const auto& [cell, readings] : cells) {
      request.t_s.push_back((static_cast<double>(cell) + 0.5) * interval_s);
      for (std::size_t r = 0; r < watts.size(); ++r) {
        double sum = 0;
        for (const std::size_t i : readings) sum += watts[r][i];
        request.rail_w[r].push_back(sum / static_cast<double>(readings.size()));
      }
    }
    if (request.t_s.size() < 2 || request.duration_s < 2 * interval_s) {
      throw InputError(
          fmt::format("request '{}' of {} lasts {:.3g} s, too short for an interval "
                      "of {:g} s",
                      request.request, request.action, request.duration_s, interval_s));
    }
  }
  return result;
}

}  // namespace edgesim
