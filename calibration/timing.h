// Times a piece of work over and over on a machine that others use too: medians with spread, and
// rounds during which the machine was taken away are thrown out and counted, not averaged in.
#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "calibration/host_clock.h"
#include "calibration/speed_probe.h"

namespace edgesim {

struct TimingOptions {
  std::size_t least_runs = 5;
  double round_s = 0.06;    // a round is at least so long, and least_runs runs
  std::size_t retries = 7;  // of a round that was disturbed
  double disturbed = 0.04;  // share of a round's CPU time that others may take
  double typical = 0.15;    // how far the machine's speed may be from its usual one
  double spread = 0.25;     // interquartile range over median, above which a round is repeated
  std::size_t cold_bytes = std::size_t{192} << 20;  // what cold operands are spread over at least
};

struct Timing {
  double median_s = 0;
  double spread = 0;  // interquartile range over the median
  std::size_t runs = 0;
};

// What a stopwatch saw in all its measurements.
struct TimingTally {
  std::size_t rounds = 0;
  std::size_t disturbed = 0;    // thrown out: stolen time or waiting for a CPU
  std::size_t atypical = 0;     // thrown out: the machine was faster or slower than usual
  std::size_t spread_wide = 0;  // thrown out: runs too different
  std::size_t unsettled = 0;    // figures for which no round was as it should be
  double seconds = 0;           // that all rounds took
  double others_s = 0;          // CPU time that other processes had meanwhile

  void Add(const TimingTally& other);
};

// The machine was not left alone long enough for one figure.
class ContentionError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Stopwatch {
 public:
  // `probe`, if any, says before and after each round whether the machine is as fast as usual.
  Stopwatch(HostClock clock, TimingOptions options, std::size_t threads,
            SpeedProbe* probe = nullptr)
      : clock_(std::move(clock)), options_(options), threads_(threads), probe_(probe) {}

  // The time of one `work(i)`, i counting up from 0. Of several rounds the first undisturbed one
  // of small spread at usual speed counts; if there is none, the one of the least spread. Throws
  // ContentionError, naming `what`, where every round was disturbed.
  Timing Time(const std::string& what, const std::function<void(std::size_t)>& work);

  const TimingTally& tally() const { return tally_; }

 private:
  HostClock clock_;
  TimingOptions options_;
  std::size_t threads_;
  SpeedProbe* probe_;
  TimingTally tally_;
};

// Median and interquartile range over median of at least one figure; by linear interpolation.
Timing Summarise(std::vector<double> seconds);

}  // namespace edgesim
