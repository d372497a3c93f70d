// Which state a rail was in, reading by reading.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "calibration/hsmm_em.h"
#include "devices/profile.h"

namespace edgesim {

// One sequence decoded: the most probable path under the class and at the level that explain it
// best.
struct Segmentation {
  std::size_t request_class = 0;  // of the rail's model
  double level_w = 0;             // of the request
  std::vector<int> state;         // per reading, of that class
};

// watts: one reading per interval of the model, NaN where one is missing; at least one.
// Throws std::invalid_argument where no path can produce them.
Segmentation SegmentSequence(const RailPowerModel& model, const std::vector<double>& watts,
                             const EmOptions& options);

// The most probable path at a given level.
std::vector<int> DecodeStates(const Hsmm& model, const std::vector<double>& watts, double level_w,
                              const EmOptions& options);

// A stay of the path: readings [begin, end) in one state.
struct Visit {
  int state = 0;
  std::size_t begin = 0, end = 0;
};
std::vector<Visit> Visits(std::span<const int> path);

// What a state looks like over the visits of all sequences.
struct StateSummary {
  std::string state;
  std::size_t visits = 0;
  double mean_stay_s = 0;
  double mean_w = 0;  // of the readings
  double share = 0;   // of the time
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
