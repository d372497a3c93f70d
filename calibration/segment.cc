#include "calibration/segment.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "calibration/hsmm_viterbi.h"
#include "devices/hsmm_forward.h"

namespace edgesim {

namespace {

HsmmTables TablesFor(const Hsmm& model, const std::vector<double>& watts) {
  return MakeTables(model, static_cast<int>(watts.size()) + 1);
}

// Which cells are in a run of missing ones so long that what power did there is not known.
std::vector<bool> LongGaps(const std::vector<double>& watts) {
  constexpr std::size_t kLong = 5;  // cells, as `edgesim fit` warns
  std::vector<bool> in_gap(watts.size(), false);
  for (std::size_t begin = 0; begin < watts.size(); ++begin) {
    std::size_t end = begin;
    while (end < watts.size() && std::isnan(watts[end])) ++end;
    for (std::size_t t = begin; end - begin >= kLong && t < end; ++t) in_gap[t] = true;
    begin = end;
  }
  return in_gap;
}

double LevelSd(const PowerClass& kind) { return std::hypot(kind.level.shared_w, kind.level.own_w); }

// log density of the readings and their level.
double LogJoint(const PowerClass& kind, const std::vector<double>& watts, double level_w,
                const EmOptions& options) {
  const double tau = LevelSd(kind);
  const double log_prior = tau > 0 ? -0.5 * level_w * level_w / (tau * tau) - std::log(tau) : 0;
  return log_prior + Forward(TablesFor(kind.hsmm, watts),
                             LogDensity(kind.hsmm, watts, level_w, options.outlier_weight))
                         .log_likelihood;
}

}  // namespace

const PowerClass& OfClass(const RailPowerModel& model, std::size_t request_class) {
  return model.classes[model.classes.size() == 1 ? 0 : request_class];
}

RequestPath SegmentRequest(const std::vector<const RailPowerModel*>& models,
                           const std::vector<std::vector<double>>& watts,
                           const EmOptions& options) {
  std::size_t classes = 1;
  for (const RailPowerModel* model : models) classes = std::max(classes, model->classes.size());
  RequestPath best;
  double best_score = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < classes; ++k) {
    RequestPath path{.request_class = k, .rails = {}};
    double score = 0;
    for (std::size_t r = 0; r < models.size(); ++r) {
      const PowerClass& kind = OfClass(*models[r], k);
      const double level = EstimateLevel(kind.hsmm, LevelSd(kind), watts[r], options);
      path.rails.push_back({.level_w = level, .state = {}});
      if (classes > 1 && models[r]->classes.size() > 1)
        score += LogJoint(kind, watts[r], level, options);
    }
    if (k > 0 && !(score > best_score)) continue;
    best_score = score;
    best = std::move(path);
  }
  for (std::size_t r = 0; r < models.size(); ++r) {
    const Hsmm& hsmm = OfClass(*models[r], best.request_class).hsmm;
    RailPath& rail = best.rails[r];
    rail.state = ViterbiPath(TablesFor(hsmm, watts[r]),
                             LogDensity(hsmm, watts[r], rail.level_w, options.outlier_weight));
  }
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
  const std::vector<bool> in_gap = LongGaps(watts);
  for (const Visit& visit : Visits(path)) {
    Total& total = totals_[index[static_cast<std::size_t>(visit.state)]];
    const auto seen = static_cast<double>(
        std::count(in_gap.begin() + static_cast<std::ptrdiff_t>(visit.begin),
                   in_gap.begin() + static_cast<std::ptrdiff_t>(visit.end), false));
    if (seen == 0) continue;
    ++total.visits;
    total.cells += seen;
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
