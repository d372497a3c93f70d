// Which state a rail was in, reading by reading.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "calibration/hsmm_em.h"
#include "devices/profile.h"

namespace edgesim {

// The most probable path of one request on one rail, at the level that explains it best.
struct RailPath {
  double level_w = 0;      // of the request on this rail
  std::vector<int> state;  // per reading, of the request's class
};

struct RequestPath {
  std::size_t request_class = 0;
  std::vector<RailPath> rails;
};

// models[i] and watts[i] are of the same rail: one reading per interval of the model, NaN where one
// is missing; at least one. Where models have several classes the request is of the one in which
// its rails' readings are most probable, each at its most probable level. A model of one class
// serves all. Throws std::invalid_argument where no path can produce the readings.
RequestPath SegmentRequest(const std::vector<const RailPowerModel*>& models,
                           const std::vector<std::vector<double>>& watts, const EmOptions& options);

// The model that `request_class` has on a rail.
const PowerClass& OfClass(const RailPowerModel& model, std::size_t request_class);

// A stay of the path: readings [begin, end) in one state.
struct Visit {
  int state = 0;
  std::size_t begin = 0, end = 0;
};
std::vector<Visit> Visits(std::span<const int> path);

// What a state looks like over the visits of all sequences; the means are NaN where there are none.
// Five cells in a row or more without a reading are in no visit.
struct StateSummary {
  std::string state;
  std::size_t visits = 0;
  double mean_stay_s = 0;  // visits that the request's end cuts off as long as they were seen
  double mean_w = 0;       // of the readings
  double share = 0;        // of the time
};

class SegmentTotals {
 public:
  explicit SegmentTotals(double interval_s) : interval_s_(interval_s) {}
  void Add(const Hsmm& model, std::span<const int> path, const std::vector<double>& watts);
  // States of one name are one; in order of first appearance in the models.
  std::vector<StateSummary> Summaries() const;

 private:
  struct Total {
    std::string state;
    std::size_t visits = 0;
    double cells = 0, readings = 0, watts = 0;
  };
  double interval_s_;
  std::vector<Total> totals_;
};

}  // namespace edgesim
