#include "sim/stats.h"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace edgesim {

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double SampleVariance(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const double mean = Mean(values);
  double sum = 0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return sum / static_cast<double>(values.size() - 1);
}

double Quantile(std::span<const double> sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Interval MeanInterval(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
  const double half = t * std::sqrt(SampleVariance(values) / n);
  const double mean = Mean(values);
  return {mean - half, mean + half};
}

Estimate EstimateOverReplicas(std::span<const double> values) {
  Estimate estimate{.mean = Mean(values), .ci95 = std::nullopt};
  if (values.size() >= kMinReplicas) estimate.ci95 = MeanInterval(values);
  return estimate;
}

Interval WilsonInterval(std::uint64_t successes, std::uint64_t trials) {
  constexpr double z = 1.959963984540054;  // 97.5 % point of the normal law
  const auto n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double scale = 1 / (1 + z * z / n);
  const double center = scale * (p + z * z / (2 * n));
  const double half = scale * z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {std::max(0.0, center - half), std::min(1.0, center + half)};
}

double RateUpperBound95(std::uint64_t successes, std::uint64_t trials) {
  if (successes >= trials) return 1;
  const auto k = static_cast<double>(successes);
  const auto n = static_cast<double>(trials);
  return boost::math::quantile(boost::math::beta_distribution<double>(k + 1, n - k), 0.95);
}

}  // namespace edgesim
