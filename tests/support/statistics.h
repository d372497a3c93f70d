// Goodness of fit for tests with fixed seeds.
#pragma once

#include <boost/math/distributions/chi_squared.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace edgesim {

// A right law is refused by a test at this level once in a million seeds.
inline constexpr double kSmallestPValue = 1e-6;

// P-value of Pearson's chi-square test of counts against probabilities that sum to 1. Neighbouring
// outcomes are pooled until at least 10 are expected (Cochran's rule asks for 5). A count where
// nothing may fall gives 0.
inline double ChiSquarePValue(std::span<const std::uint64_t> counts,
                              std::span<const double> probabilities) {
  double total = 0;
  for (const std::uint64_t c : counts) total += static_cast<double>(c);
  std::vector<double> observed, expected;
  double pooled_observed = 0, pooled_expected = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (probabilities[k] == 0 && counts[k] > 0) return 0;
    pooled_observed += static_cast<double>(counts[k]);
    pooled_expected += total * probabilities[k];
    if (pooled_expected >= 10) {
      observed.push_back(pooled_observed);
      expected.push_back(pooled_expected);
      pooled_observed = pooled_expected = 0;
    }
  }
  observed.back() += pooled_observed;
  expected.back() += pooled_expected;
  double statistic = 0;
  for (std::size_t k = 0; k < observed.size(); ++k) {
    statistic += (observed[k] - expected[k]) * (observed[k] - expected[k]) / expected[k];
  }
  const boost::math::chi_squared law(static_cast<double>(observed.size() - 1));
  return boost::math::cdf(boost::math::complement(law, statistic));
}

}  // namespace edgesim
