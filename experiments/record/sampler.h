// Reads sensors on a fixed grid of instants.
#pragma once

#include <limits>
#include <memory>
#include <vector>

#include "experiments/record/power_sensor.h"

namespace edgesim {

class Sampler {
 public:
  // Starts the sensors, which must outlive this. Throws InputError.
  Sampler(const std::vector<std::unique_ptr<PowerSensor>>& sensors, double interval_s);

  // Samples until the clock (CLOCK_MONOTONIC) passes until_s, or until wake_fd is readable, which
  // gives true.
  bool Run(double until_s, int wake_fd = -1);

  // Samples until each sensor has given a reading; false if one has not by until_s, or if wake_fd
  // became readable.
  bool RunUntilAllGive(double until_s, int wake_fd = -1);

  // Per sensor.
  const std::vector<std::vector<PowerReading>>& readings() const { return readings_; }
  // Instants of the grid at which no reading began, because the one before took too long.
  std::size_t missed() const { return missed_; }

 private:
  void ReadPolled();

  const std::vector<std::unique_ptr<PowerSensor>>& sensors_;
  double interval_s_, start_s_;
  std::size_t next_tick_ = 0, missed_ = 0;
  bool any_polled_ = false;
  std::vector<std::vector<PowerReading>> readings_;
};

}  // namespace edgesim
