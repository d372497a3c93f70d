// Whether one model's scores are lower than another's on the same data, by resampling the pairs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace edgesim {

// Of scores a and b, lower being better: negative where a is the better one.
struct PairedDifference {
  double mean = 0;  // of a - b
  double low = 0,
         high = 0;  // 95 % percentile interval of the mean (Efron & Tibshirani 1993, ch. 13)
  std::size_t better_count = 0, count = 0;  // pairs in which a is lower than b, of all pairs
};

struct Resampling {
  std::uint64_t seed = 0;
  int resamples = 2000;  // >= 1
};

// One pair per request. Requests are drawn with replacement within their stratum (the action): the
// actions are given, the requests are a sample. A unit is a request. Pairs with a NaN are left out;
// without any pair left, mean and interval are NaN. A stratum of a single request does not vary.
// Throws std::invalid_argument where the sizes differ.
PairedDifference BootstrapRequests(std::span<const double> a, std::span<const double> b,
                                   std::span<const std::size_t> stratum, Resampling resampling);

// One series of scores per trace, such as those of successive blocks of a recording, which are
// correlated in time: each trace is put together anew of runs of `block` neighbours, its end joined
// to its beginning (circular block bootstrap, Politis & Romano 1992). The mean is that over all
// values. A trace shorter than two blocks is cut in half instead. The traces themselves are kept:
// the interval is about more time in them, not about other traces. NaN as above; block >= 1.
// Throws std::invalid_argument where shapes differ.
PairedDifference BootstrapBlocks(const std::vector<std::vector<double>>& a,
                                 const std::vector<std::vector<double>>& b, std::size_t block,
                                 Resampling resampling);

}  // namespace edgesim
