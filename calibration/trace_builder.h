// Collects a PowerTrace sample by sample; what each format's reader fills.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "calibration/power_trace.h"

namespace edgesim {

class TraceBuilder {
 public:
  // Times are given in units of 1 / `per_second` s: 1000 for ms.
  TraceBuilder(std::string name, std::vector<std::string> rails, double per_second);

  // Whether `time` goes back within the group; such a sample must not be added.
  bool GoesBack(double time, const std::string& group);
  // Throws InputError beyond five million samples, so that an endless stream ends.
  void Add(double time, std::span<const double> watts, std::string group);
  void Note(std::string line) { trace_.notes.push_back(std::move(line)); }

  // With notes about what the readings show: repeats, held values, the sensor's step.
  PowerTrace Finish();

 private:
  PowerTrace trace_;
  double per_second_, first_ = 0;
  std::map<std::string, double> last_;          // time of each group
  std::map<std::string, double>::iterator at_;  // the group of the last sample
};

}  // namespace edgesim
