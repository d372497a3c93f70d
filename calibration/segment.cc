#include "calibration/segment.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "calibration/hsmm_viterbi.h"
#include "devices/hsmm_forward.h"

namespace edgesim {

std::vector<int> DecodeStates(const Hsmm& model, const std::vector<double>& watts, double level_w,
                              const EmOptions& options) {
  return ViterbiPath(MakeTables(model, static_cast<int>(watts.size()) + 1),
                     LogDensity(model, watts, level_w, options.outlier_weight));
}

Segmentation SegmentSequence(const RailPowerModel& model, const std::vector<double>& watts,
                             const EmOptions& options) {
  Segmentation best;
  double best_score = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < model.classes.size(); ++k) {
    const PowerClass& kind = model.classes[k];
    const double tau = std::hypot(kind.level.shared_w, kind.level.own_w);
    const double level = EstimateLevel(kind.hsmm, tau, watts, options);
    if (model.classes.size() > 1) {
      const double z = tau > 0 ? level / tau : 0;
      const double score =
          Forward(MakeTables(kind.hsmm, static_cast<int>(watts.size()) + 1),
                  LogDensity(kind.hsmm, watts, level, options.outlier_weight))
              .log_likelihood -
          0.5 * z * z;
      if (k > 0 && !(score > best_score)) continue;
      best_score = score;
    }
    best.request_class = k;
    best.level_w = level;
  }
  best.state =
      DecodeStates(model.classes[best.request_class].hsmm, watts, best.level_w, options);
  return best;
}

std::vector<Visit> Visits(std::span<const int> path) {
  std::vector<Visit> visits;
  for (std::size_t t = 0; t < path.size(); ++t) {
    if (visits.empty() || path[t] != visits.back().state)
      visits.push_back({.state = path[t], .begin = t, .end = t});
    visits.back().end = t + 1;
  }
  return visits;
}

void SegmentTotals::Add(const Hsmm& model, std::span<const int> path,
                        const std::vector<double>& watts) {
  std::vector<std::size_t> index;
  for (const HsmmState& state : model.states) {
    auto at = std::find_if(totals_.begin(), totals_.end(),
                           [&](const Total& total) { return total.state == state.name; });
    if (at == totals_.end()) at = totals_.insert(at, {.state = state.name});
    index.push_back(static_cast<std::size_t>(at - totals_.begin()));
  }
  for (const Visit& visit : Visits(path)) {
    Total& total = totals_[index[static_cast<std::size_t>(visit.state)]];
    ++total.visits;
    total.cells += static_cast<double>(visit.end - visit.begin);
    for (std::size_t t = visit.begin; t < visit.end; ++t) {
      if (std::isnan(watts[t])) continue;
      total.watts += watts[t];
      ++total.readings;
    }
  }
}

std::vector<StateSummary> SegmentTotals::Summaries() const {
  double cells = 0;
  for (const Total& total : totals_) cells += total.cells;
  std::vector<StateSummary> summaries;
  for (const Total& total : totals_) {
    summaries.push_back(
        {.state = total.state,
         .visits = total.visits,
         .mean_stay_s = interval_s_ * total.cells / static_cast<double>(total.visits),
         .mean_w = total.watts / total.readings,
         .share = total.cells / cells});
  }
  return summaries;
}

}  // namespace edgesim
