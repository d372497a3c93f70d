// What can be recorded on a machine: sensors, each with one or more rails read together.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace edgesim {

struct MeasuredRail {
  std::string name;    // lower case letters, digits, '-' and '_': the csv column is "<name>_w"
  std::string source;  // where it is read: a path or a command
  std::string scope;   // what draws this power, e.g. "processor package" or "whole device"
};

struct PowerReading {
  double t_s;             // CLOCK_MONOTONIC, the instant for which the watts stand
  std::vector<double> w;  // per rail; NaN where the sensor gave none
};

class PowerSensor {
 public:
  explicit PowerSensor(std::vector<MeasuredRail> rails) : rails_(std::move(rails)) {}
  PowerSensor(const PowerSensor&) = delete;
  PowerSensor& operator=(const PowerSensor&) = delete;
  virtual ~PowerSensor() = default;

  const std::vector<MeasuredRail>& rails() const { return rails_; }
  void Rename(std::size_t rail, std::string name) { rails_[rail].name = std::move(name); }

  // Called once before the first Read(). Throws InputError.
  virtual void Start(double /*interval_s*/) {}

  // A sensor that reports by itself has a descriptor to poll and is read when that is readable; -1
  // once it has ended. All others are read at every tick.
  virtual std::optional<int> EventFd() const { return std::nullopt; }

  // Zero or more new readings, ascending in time.
  virtual std::vector<PowerReading> Read() = 0;

 private:
  std::vector<MeasuredRail> rails_;
};

// What was found under one kind of source, and what a user should know about what was not.
struct FoundSensors {
  std::vector<std::unique_ptr<PowerSensor>> sensors;
  std::vector<std::string> notes;  // each one line, with the fix where there is one
};

}  // namespace edgesim
