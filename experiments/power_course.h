// An episode with the course of power under it: who drew how much, when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/contestants.h"

namespace edgesim {

// Constant power for a while.
struct PowerStretch {
  SimTime start{};
  Duration length{};                     // above 0
  RailPower rail_w{};                    // of PowerCourse::rails, in order; the rest are 0
  std::optional<std::uint32_t> request;  // whose; null: the device idles
};

struct PowerCourse {
  EpisodeRecord record;
  std::vector<std::string> rails;
  // One after the other from time 0 to record.end_time, without gaps; those of a request end where
  // the episode cut it. Adding up power x length gives record.energy, save that the budget is used
  // up within the last nanosecond of what it ends.
  std::vector<PowerStretch> stretches;
};

// Sum over all rails.
Watts TotalOf(const PowerStretch& stretch);
Joules EnergyOf(const PowerCourse& course);

// Runs one episode as training or evaluation runs it; in phase kTrain `policy` learns from it.
// What can be measured of power is what the device gives: between two of its samples it is
// constant.
PowerCourse RecordCourse(const BuiltExperiment& built, const Contestant& contestant, Policy& policy,
                         std::uint32_t replica, std::uint32_t episode, Phase phase = Phase::kEval);

}  // namespace edgesim
