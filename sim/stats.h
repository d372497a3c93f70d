// Means, quantiles and the intervals that claims are made with.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace edgesim {

struct Interval {
  double low = 0;
  double high = 0;
};

// A mean with its 95 % interval; the interval is unknown (null) below kMinReplicas values.
struct Estimate {
  double mean = 0;
  std::optional<Interval> ci95;
};

// Fewer replicas than this give no interval: a t-interval on less says more about luck.
inline constexpr std::size_t kMinReplicas = 10;

double Mean(std::span<const double> values);            // 0 for no values
double SampleVariance(std::span<const double> values);  // divides by n - 1; 0 below two values
double Quantile(std::span<const double> sorted,
                double p);  // linear between order statistics, p in [0, 1]

// Student's t-interval of the mean at 95 %. Needs two values.
Interval MeanInterval(std::span<const double> values);

// Mean of one value per replica, with MeanInterval from kMinReplicas values on.
Estimate EstimateOverReplicas(std::span<const double> values);

// Wilson's score interval at 95 % for `successes` of `trials`; trials > 0.
Interval WilsonInterval(std::uint64_t successes, std::uint64_t trials);

// Clopper and Pearson's exact interval at 95 % for `successes` of `trials`; trials > 0.
Interval ClopperPearsonInterval(std::uint64_t successes, std::uint64_t trials);

// Trials at which RateUpperBound95 falls to `limit` if a share `rate` of them succeeds (rounded
// down); null where rate >= limit, or so near to it that 10^10 would not do. rate 0, limit 0.01:
// 299. 0 < limit < 1.
std::optional<std::uint64_t> TrialsToCertify(double rate, double limit);

// Kendall's tau-b of two rankings by value, which may have ties: 1 same order, -1 reversed. Null
// where all of one are tied. The same size, at least 2.
std::optional<double> KendallTau(std::span<const double> a, std::span<const double> b);

// One-sided Clopper-Pearson upper bound of a rate at 95 %; trials > 0.
double RateUpperBound95(std::uint64_t successes, std::uint64_t trials);

}  // namespace edgesim
