// A sensor that gives the same watts at each reading, after a delay.
#pragma once

#include <unistd.h>

#include "experiments/record/clock.h"
#include "experiments/record/power_sensor.h"

namespace edgesim {

class ScriptedSensor : public PowerSensor {
 public:
  explicit ScriptedSensor(double w, unsigned delay_us = 0)
      : PowerSensor({{.name = "scripted", .source = "test", .scope = "test"}}),
        w_(w),
        delay_us_(delay_us) {}

  void Start(double interval_s) override { interval_s_ = interval_s; }
  std::vector<PowerReading> Read() override {
    usleep(delay_us_);
    return {{.t_s = MonotonicSeconds(), .w = {w_}}};
  }
  double interval_s() const { return interval_s_; }

 private:
  double w_, interval_s_ = 0;
  unsigned delay_us_;
};

// One that never gives a reading.
class SilentSensor : public PowerSensor {
 public:
  SilentSensor() : PowerSensor({{.name = "silent", .source = "test", .scope = "test"}}) {}
  std::vector<PowerReading> Read() override { return {}; }
};

}  // namespace edgesim
