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

Interval ClopperPearsonInterval(std::uint64_t successes, std::uint64_t trials) {
  const auto k = static_cast<double>(successes);
  const auto n = static_cast<double>(trials);
  using Beta = boost::math::beta_distribution<double>;
  return {successes == 0 ? 0 : boost::math::quantile(Beta(k, n - k + 1), 0.025),
          successes >= trials ? 1 : boost::math::quantile(Beta(k + 1, n - k), 0.975)};
}

std::optional<std::uint64_t> TrialsToCertify(double rate, double limit) {
  if (rate >= limit) return std::nullopt;
  const auto certified = [&](std::uint64_t trials) {
    const auto successes = static_cast<std::uint64_t>(rate * static_cast<double>(trials));
    return RateUpperBound95(successes, trials) <= limit;
  };
  constexpr std::uint64_t kMost = std::uint64_t{1} << 34;  // the bound can be computed up to here
  std::uint64_t enough = 1;
  while (!certified(enough)) {
    if (enough >= kMost) return std::nullopt;
    enough *= 2;
  }
  // Whole successes make the bound jump: the least number is where it first holds.
  std::uint64_t too_few = enough / 2;
  while (enough - too_few > 1) {
    const std::uint64_t middle = too_few + (enough - too_few) / 2;
    (certified(middle) ? enough : too_few) = middle;
  }
  return enough;
}

std::optional<double> KendallTau(std::span<const double> a, std::span<const double> b) {
  double concordant = 0, pairs_a = 0, pairs_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = i + 1; j < a.size(); ++j) {
      const int sign_a = (a[i] > a[j]) - (a[i] < a[j]), sign_b = (b[i] > b[j]) - (b[i] < b[j]);
      concordant += sign_a * sign_b;
      pairs_a += sign_a != 0;
      pairs_b += sign_b != 0;
    }
  }
  if (pairs_a == 0 || pairs_b == 0) return std::nullopt;
  return concordant / std::sqrt(pairs_a * pairs_b);
}

double RateUpperBound95(std::uint64_t successes, std::uint64_t trials) {
  if (successes >= trials) return 1;
  const auto k = static_cast<double>(successes);
  const auto n = static_cast<double>(trials);
  return boost::math::quantile(boost::math::beta_distribution<double>(k + 1, n - k), 0.95);
}

}  // namespace edgesim
