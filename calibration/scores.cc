#include "calibration/scores.h"

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace edgesim {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kExactKsCells = 10'000'000;  // some 50 ms

// Calls visit(x, i, j) at each value x of the two sorted samples: i of a and j of b are <= x.
template <typename Visit>
void MergeSteps(const std::vector<double>& a, const std::vector<double>& b, Visit visit) {
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const double x = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    while (i < a.size() && a[i] == x) ++i;
    while (j < b.size() && b[j] == x) ++j;
    visit(x, i, j);
  }
}

// Probability that a random lattice path from (0, 0) to (m, n) has a point with |i n - j m| >= far.
// outside[i] is that of a path to (i, j); summing what lies outside keeps small values exact.
double ProbabilityOutside(std::int64_t m, std::int64_t n, std::int64_t far) {
  std::vector<double> outside(static_cast<std::size_t>(m) + 1, 0.0);
  for (std::int64_t j = 0; j <= n; ++j) {
    for (std::int64_t i = 0; i <= m; ++i) {
      double& here = outside[static_cast<std::size_t>(i)];
      if (std::abs(i * n - j * m) >= far) {
        here = 1;
      } else if (i > 0) {
        const double left = outside[static_cast<std::size_t>(i) - 1];
        here = (static_cast<double>(i) * left + static_cast<double>(j) * here) /
               static_cast<double>(i + j);
      }
    }
  }
  return outside.back();
}

// Survival function of Kolmogorov's limit law.
double KolmogorovTail(double x) {
  if (x < 0.25) return 1;  // to 3e-8
  double sum = 0;
  for (int k = 1; k < 25; ++k) sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * x * x);
  return std::clamp(sum, 0.0, 1.0);
}

}  // namespace

double Wasserstein1(std::vector<double> a, std::vector<double> b) {
  if (a.empty() || b.empty()) return kNaN;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double area = 0, height = 0, from = 0;
  MergeSteps(a, b, [&](double x, std::size_t i, std::size_t j) {
    if (height != 0) area += height * (x - from);
    from = x;
    height = std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                      static_cast<double>(j) / static_cast<double>(b.size()));
  });
  return area;
}

KsTest KolmogorovSmirnov(std::vector<double> a, std::vector<double> b) {
  if (a.empty() || b.empty()) return {.statistic = kNaN, .p = kNaN};
  if (a.size() > b.size()) a.swap(b);
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  const auto m = static_cast<std::int64_t>(a.size()), n = static_cast<std::int64_t>(b.size());
  std::int64_t far = 0;  // the statistic times m n: whole numbers compare exactly
  MergeSteps(a, b, [&](double, std::size_t i, std::size_t j) {
    far = std::max(far,
                   std::abs(static_cast<std::int64_t>(i) * n - static_cast<std::int64_t>(j) * m));
  });
  const double statistic =
      static_cast<double>(far) / static_cast<double>(m) / static_cast<double>(n);
  if (m <= kExactKsCells / n) return {.statistic = statistic, .p = ProbabilityOutside(m, n, far)};
  const double root =
      std::sqrt(static_cast<double>(m) / static_cast<double>(m + n) * static_cast<double>(n));
  return {.statistic = statistic, .p = KolmogorovTail((root + 0.12 + 0.11 / root) * statistic)};
}

Interval CentralInterval(std::span<const double> sorted_draws, double level) {
  const auto m = static_cast<double>(sorted_draws.size());
  if (m == 0) return {kNaN, kNaN};
  if (m == 1) return {sorted_draws[0], sorted_draws[0]};
  const auto at = [&](double p) {
    // Quantile() has draw k at (k - 1) / (m - 1).
    return Quantile(sorted_draws, std::clamp((p * (m + 1) - 1) / (m - 1), 0.0, 1.0));
  };
  return {at((1 - level) / 2), at((1 + level) / 2)};
}

bool InCentralInterval(double observed, std::span<const double> sorted_draws, double level) {
  const Interval interval = CentralInterval(sorted_draws, level);
  return interval.low <= observed && observed <= interval.high;
}

double CrpsOfSample(double observed, std::span<const double> sorted_draws) {
  if (sorted_draws.empty()) return kNaN;
  const auto m = static_cast<double>(sorted_draws.size());
  double distance = 0, spread = 0;  // spread: sum of |x - x'| over the pairs
  double rank = 1 - m;
  for (const double x : sorted_draws) {
    const double error = x - observed;
    distance += std::abs(error);
    spread += rank * error;
    rank += 2;
  }
  return distance / m - (m > 1 ? spread / (m * (m - 1)) : 0);
}

double BrierScore(std::span<const double> probability, std::span<const char> happened) {
  if (probability.size() != happened.size()) {
    throw std::invalid_argument("BrierScore: one outcome per probability");
  }
  if (probability.empty()) return kNaN;
  double sum = 0;
  for (std::size_t i = 0; i < probability.size(); ++i) {
    const double error = probability[i] - (happened[i] != 0 ? 1 : 0);
    sum += error * error;
  }
  return sum / static_cast<double>(probability.size());
}

}  // namespace edgesim
