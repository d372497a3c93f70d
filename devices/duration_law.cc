#include "devices/duration_law.h"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace edgesim {

namespace {

// Boost promotes to long double by default: a tenfold price for digits that differences of a
// distribution function lose again.
using InDouble = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

// Differences of a continuous law's distribution function at whole intervals.
template <typename Cdf>
Eigen::VectorXd Differences(int max_intervals, const Cdf& cdf) {
  Eigen::VectorXd pmf = Eigen::VectorXd::Zero(max_intervals);
  double below = 0;
  for (int u = 1; u <= max_intervals && below < 1; ++u) {
    const double next = cdf(u);
    pmf(u - 1) = next - below;
    below = next;
  }
  return pmf;
}

// u - 1 ~ negative binomial of size r; r = 1 is geometric, r -> infinity Poisson. In logarithms,
// for P(1) underflows where r is large.
Eigen::VectorXd NegativeBinomial(double mean_intervals, double r, int max_intervals) {
  Eigen::VectorXd pmf = Eigen::VectorXd::Zero(max_intervals);
  const double excess = mean_intervals - 1;  // mean of u - 1
  if (excess <= 0) {
    pmf(0) = 1;
    return pmf;
  }
  const bool poisson = std::isinf(r);
  const double log_fail = poisson ? 0 : std::log(excess / (r + excess));
  double log_p = poisson ? -excess : -r * std::log1p(excess / r);
  for (int k = 0; k < max_intervals; ++k) {
    pmf(k) = std::exp(log_p);
    log_p += poisson ? std::log(excess / (k + 1)) : std::log((k + r) / (k + 1)) + log_fail;
  }
  return pmf;
}

}  // namespace

int ShapeParameters(const DurationLaw& law) {
  switch (law.family) {
    case DurationFamily::kGeometric:
    case DurationFamily::kPoisson:
      return 0;
    case DurationFamily::kTable:
      return static_cast<int>(std::count_if(law.table.begin(), law.table.end(),
                                            [](double p) { return p > 0; })) -
             1;
    default:
      return 1;
  }
}

Eigen::VectorXd DurationPmf(const DurationLaw& law, double interval_s, int max_intervals,
                            Tail tail) {
  const double mean = law.mean_s / interval_s;
  Eigen::VectorXd pmf;
  switch (law.family) {
    case DurationFamily::kGeometric:
      pmf = NegativeBinomial(mean, 1, max_intervals);
      break;
    case DurationFamily::kPoisson:
      pmf = NegativeBinomial(mean, INFINITY, max_intervals);
      break;
    case DurationFamily::kNegativeBinomial:
      pmf = NegativeBinomial(mean, law.shape, max_intervals);
      break;
    case DurationFamily::kGamma:
      pmf = Differences(max_intervals, [&, rate = law.shape / mean](int u) {
        return boost::math::gamma_p(law.shape, u * rate, InDouble());
      });
      break;
    case DurationFamily::kLognormal: {
      const double mu = std::log(mean) - 0.5 * law.shape * law.shape;
      pmf = Differences(max_intervals, [&](int u) {
        return 0.5 * std::erfc((mu - std::log(u)) / (law.shape * std::sqrt(2.0)));
      });
      break;
    }
    case DurationFamily::kTable: {
      pmf = Eigen::VectorXd::Zero(max_intervals);
      const auto cells =
          std::min(static_cast<Eigen::Index>(law.table.size()), Eigen::Index{max_intervals});
      pmf.head(cells) = Eigen::Map<const Eigen::VectorXd>(law.table.data(), cells);
      break;
    }
  }
  if (tail == Tail::kLastCell) {
    pmf(max_intervals - 1) = std::max(0.0, 1 - pmf.head(max_intervals - 1).sum());
  } else if (const double sum = pmf.sum(); sum > 0) {
    pmf /= sum;
  } else {
    pmf(max_intervals - 1) = 1;  // all cells underflow; the last is the likeliest by far
  }
  return pmf;
}

int LongestStay(const DurationLaw& law, double interval_s) {
  const double mean = law.mean_s / interval_s;
  double longest = 0;
  switch (law.family) {
    case DurationFamily::kTable:
      return static_cast<int>(law.table.size());
    case DurationFamily::kPoisson:
      longest = 20 + mean + 12 * std::sqrt(mean);
      break;
    case DurationFamily::kGeometric:
      longest = 8 + 30 * mean;
      break;
    case DurationFamily::kNegativeBinomial:
      longest = 20 + mean + 12 * std::sqrt(mean + mean * mean / law.shape) + 30 * mean / law.shape;
      break;
    case DurationFamily::kGamma:
      longest = 8 + mean + 12 * mean / std::sqrt(law.shape) + 30 * mean / law.shape;
      break;
    case DurationFamily::kLognormal:
      longest = 8 + mean * std::exp(7 * law.shape - 0.5 * law.shape * law.shape);
      break;
  }
  constexpr double kMost = 100'000;
  return static_cast<int>(std::min(kMost, longest));
}

std::optional<std::string_view> WhatIsWrong(const DurationLaw& law) {
  if (law.family == DurationFamily::kTable) {
    double sum = 0;
    for (const double p : law.table) {
      if (!(p >= 0)) return "duration table must not be negative";
      sum += p;
    }
    constexpr double kRoundOff = 1e-9;
    if (std::abs(sum - 1) > kRoundOff) return "duration table must sum to 1";
    return std::nullopt;
  }
  if (!(law.mean_s > 0) || !std::isfinite(law.mean_s)) return "duration mean_s must be positive";
  if (ShapeParameters(law) > 0 && (!(law.shape > 0) || !std::isfinite(law.shape)))
    return "duration shape must be positive";
  return std::nullopt;
}

}  // namespace edgesim
