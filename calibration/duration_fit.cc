#include "calibration/duration_fit.h"

#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <cmath>

namespace edgesim {

namespace {

using Eigen::Index;

// Bounds of the shape. Gamma shapes beyond 300 are a constant for any sensor, below 0.3 nearly all
// mass is in the first interval; negative binomials beyond 1e4 are Poisson.
struct Bounds {
  double low, high;
};
Bounds ShapeBounds(DurationFamily family) {
  if (family == DurationFamily::kNegativeBinomial) return {0.05, 1e4};
  if (family == DurationFamily::kLognormal) return {0.02, 3};
  return {0.3, 300};
}

// Brent's precision, 2^-bits of the logarithm. The discrete laws are cheap and get the precision at
// which EM's likelihood is exact to 1e-9; for the others 2^-8 of a small bracket is far below the
// estimate's error.
constexpr int kBits = 20, kContinuousBits = 8;
constexpr double kNegligible = 1e-10;  // stays
constexpr double kTiny = 1e-300;       // keeps logarithms finite where a law underflows

// Last u with a count that matters.
Index LastCounted(const Eigen::VectorXd& counts) {
  Index last = counts.size();
  while (last > 1 && counts(last - 1) < kNegligible) --last;
  return last;
}

class Score {
 public:
  Score(const DurationCounts& counts, double interval_s, Tail tail, double log_shape_sd)
      : counts_(counts),
        interval_s_(interval_s),
        tail_(tail),
        log_shape_sd_(log_shape_sd),
        cells_(counts.whole.size()) {
    last_ = LastCounted(counts.whole);
    if (counts.remaining.size() > 0 && counts.remaining.sum() > kNegligible) last_ = cells_;
    // Cells beyond the last count matter only through the normaliser, and through the lumped cell.
    if (tail == Tail::kRenormalise || last_ == cells_)
      evaluated_ = cells_;
    else
      evaluated_ = last_ + 1;
  }

  double operator()(const DurationLaw& law) const {
    const Eigen::VectorXd pmf = DurationPmf(law, interval_s_, static_cast<int>(evaluated_), tail_);
    double sum =
        counts_.whole.head(last_).dot(pmf.head(last_).cwiseMax(kTiny).array().log().matrix());
    if (counts_.remaining.size() > 0 && last_ == cells_) {
      Eigen::VectorXd survivor = pmf;
      for (Index u = cells_ - 2; u >= 0; --u) survivor(u) += survivor(u + 1);
      const Eigen::VectorXd residual = survivor / survivor.sum();
      sum += counts_.remaining.dot(residual.cwiseMax(kTiny).array().log().matrix());
    }
    if (log_shape_sd_ > 0 && ShapeParameters(law) > 0) {
      const double z = std::log(law.shape) / log_shape_sd_;
      sum -= 0.5 * z * z;
    }
    return sum;
  }

 private:
  const DurationCounts& counts_;
  double interval_s_;
  Tail tail_;
  double log_shape_sd_;
  Index cells_, last_ = 0, evaluated_ = 0;
};

DurationLaw FitTable(const DurationCounts& counts, double interval_s, Tail tail,
                     const DurationPrior& prior) {
  Eigen::VectorXd table = counts.whole;
  if (prior.table_stays > 0) {
    const double mean = counts.whole.dot(Eigen::VectorXd::LinSpaced(
                            table.size(), 1, static_cast<double>(table.size()))) /
                        counts.whole.sum();
    const DurationLaw start{
        .family = DurationFamily::kGamma, .mean_s = mean * interval_s, .shape = 5, .table = {}};
    const DurationLaw smooth = FitDuration({counts.whole, {}}, interval_s, start, tail, prior);
    table +=
        prior.table_stays * DurationPmf(smooth, interval_s, static_cast<int>(table.size()), tail);
  }
  table /= table.sum();
  return {.family = DurationFamily::kTable,
          .mean_s = 0,
          .shape = 0,
          .table = {table.data(), table.data() + table.size()}};
}

}  // namespace

DurationLaw FitDuration(const DurationCounts& counts, double interval_s, const DurationLaw& start,
                        Tail tail, const DurationPrior& prior) {
  if (start.family == DurationFamily::kTable) return FitTable(counts, interval_s, tail, prior);
  const Score score(counts, interval_s, tail, prior.log_shape_sd);
  DurationLaw best = start;
  double best_score = score(best);
  const auto keep_if_better = [&](DurationLaw law) {
    const double s = score(law);
    if (s > best_score) {
      best = std::move(law);
      best_score = s;
    }
  };
  const auto with = [&](double mean_s, double shape) {
    DurationLaw law = best;
    law.mean_s = mean_s;
    law.shape = shape;
    return law;
  };
  const auto cells = static_cast<double>(counts.whole.size());
  const bool continuous =
      start.family == DurationFamily::kGamma || start.family == DurationFamily::kLognormal;
  // A stay that ends within interval u has lasted u - 1/2 intervals in the mean.
  const double shift = continuous ? 0.5 : 0;
  const double least = continuous ? 0.3 : 1 + 1e-9;
  const double mean = counts.whole.dot(Eigen::VectorXd::LinSpaced(counts.whole.size(), 1, cells)) /
                      std::max(kNegligible, counts.whole.sum());
  keep_if_better(with(std::max(least, mean - shift) * interval_s, best.shape));

  // Mean and shape are nearly orthogonal, so that alternating converges in a few sweeps. The
  // continuous laws take one sweep near their start: EM calls again.
  const int bits = continuous ? kContinuousBits : kBits, sweeps = continuous ? 1 : 12;
  const Bounds bounds = ShapeBounds(start.family);
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    const double before = best_score;
    if (ShapeParameters(start) > 0) {
      const double centre = std::log(best.shape), reach = continuous ? 1 : sweep == 0 ? 20 : 1;
      const auto by_shape = boost::math::tools::brent_find_minima(
          [&](double log_shape) { return -score(with(best.mean_s, std::exp(log_shape))); },
          std::max(std::log(bounds.low), centre - reach),
          std::min(std::log(bounds.high), centre + reach), bits);
      keep_if_better(with(best.mean_s, std::exp(by_shape.first)));
    }
    const double fixed = continuous ? 0 : interval_s;  // part of the mean no law can go below
    const double excess = best.mean_s - fixed, reach = sweep == 0 ? 0.5 : 0.2;
    const auto by_mean = boost::math::tools::brent_find_minima(
        [&](double log_factor) {
          return -score(with(fixed + excess * std::exp(log_factor), best.shape));
        },
        -reach, reach, bits);
    keep_if_better(with(fixed + excess * std::exp(by_mean.first), best.shape));
    constexpr double kSettled = 1e-10;
    if (best_score - before < kSettled * std::abs(best_score)) break;
  }
  return best;
}

}  // namespace edgesim
