// Runs a command while sensors are sampled.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "experiments/record/power_sensor.h"

namespace edgesim {

struct RecordOptions {
  double interval_s = 0.1;
  double lead_s = 1, tail_s = 1;  // sampled before and after the command
  std::vector<std::string> command;
};

struct Recorded {
  bool started = false;  // false: interrupted before the command was started, nothing else is set
  double start_s = 0, end_s = 0;                    // of the command, CLOCK_MONOTONIC
  int status = 0;                                   // as a shell shows it: 128 + n after signal n
  std::size_t missed = 0;                           // see Sampler
  std::vector<std::vector<PowerReading>> readings;  // per sensor
};

// SIGINT, SIGTERM and SIGHUP sent to this process are passed on to the command; one from the
// terminal has reached it already. A further one during the tail ends the tail. Throws InputError
// if a sensor gives nothing or the command cannot be run.
Recorded Record(const std::vector<std::unique_ptr<PowerSensor>>& sensors,
                const RecordOptions& options);

}  // namespace edgesim
