#include "calibration/timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/stats.h"

namespace edgesim {

void TimingTally::Add(const TimingTally& other) {
  rounds += other.rounds;
  disturbed += other.disturbed;
  atypical += other.atypical;
  spread_wide += other.spread_wide;
  unsettled += other.unsettled;
  seconds += other.seconds;
  others_s += other.others_s;
}

Timing Summarise(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  const double median = Quantile(seconds, 0.5);
  return {median, (Quantile(seconds, 0.75) - Quantile(seconds, 0.25)) / median, seconds.size()};
}

Timing Stopwatch::Time(const std::string& what, const std::function<void(std::size_t)>& work) {
  std::optional<Timing> best;
  double worst_share = 0;
  std::size_t index = 0;
  work(index++);  // warms code, workspace and threads
  bool typical = probe_ == nullptr || probe_->IsTypical(options_.typical);
  for (std::size_t round = 0; round <= options_.retries; ++round) {
    ++tally_.rounds;
    const double stolen = clock_.stolen_s(), waited = clock_.waited_s();
    const double others = clock_.others_s();
    const double start = clock_.seconds();
    std::vector<double> seconds;
    double now = start;
    while (seconds.size() < options_.least_runs || now - start < options_.round_s) {
      work(index++);
      const double after = clock_.seconds();
      seconds.push_back(after - now);
      now = after;
    }
    tally_.seconds += now - start;
    tally_.others_s += clock_.others_s() - others;
    // One tick of stolen time is no disturbance: it may have begun before.
    constexpr double kTick_s = 0.01;
    const double ticks = clock_.stolen_s() - stolen;
    const double taken = clock_.waited_s() - waited + (ticks > 1.5 * kTick_s ? ticks : 0);
    const double share = taken / ((now - start) * static_cast<double>(threads_));
    const bool was_typical = typical;
    typical = probe_ == nullptr || probe_->IsTypical(options_.typical);
    if (share > options_.disturbed) {
      ++tally_.disturbed;
      worst_share = std::max(worst_share, share);
      continue;
    }
    const Timing timing = Summarise(std::move(seconds));
    if (!best || timing.spread < best->spread) best = timing;
    if (!was_typical || !typical) {
      ++tally_.atypical;
    } else if (timing.spread > options_.spread) {
      ++tally_.spread_wide;
    } else {
      return timing;
    }
  }
  if (!best) {
    throw ContentionError(
        fmt::format("the machine is not quiet: others took up to {:.0f} % of the CPU time while "
                    "{} was measured, {} times in a row; allowed: {:.0f} %",
                    100 * worst_share, what, options_.retries + 1, 100 * options_.disturbed));
  }
  ++tally_.unsettled;
  return *best;
}

}  // namespace edgesim
