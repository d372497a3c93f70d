#include "calibration/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <stdexcept>

#include "sim/rng.h"
#include "sim/stats.h"

namespace edgesim {

namespace {

std::uint32_t Index(WordStream& words, std::size_t n) {
  return UniformIndex(words, static_cast<std::uint32_t>(n));
}

void Require(bool ok, const char* what) {
  if (!ok) throw std::invalid_argument(what);
}

// Mean of `total` over `count` values, and the interval of what `resampled_total` draws for it.
PairedDifference Summary(double total, std::size_t count, Resampling resampling,
                         const std::function<double(WordStream&)>& resampled_total) {
  Require(resampling.resamples >= 1, "bootstrap: at least one resample");
  const auto n = static_cast<double>(count);
  if (count == 0) {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    return {.mean = kNaN, .low = kNaN, .high = kNaN};
  }
  std::vector<double> means;
  for (int r = 0; r < resampling.resamples; ++r) {
    WordStream words = Noise{.seed = resampling.seed,
                             .episode = static_cast<std::uint32_t>(r),
                             .phase = Phase::kBootstrap}
                           .Words(Stream::kResample);
    means.push_back(resampled_total(words) / n);
  }
  std::sort(means.begin(), means.end());
  return {.mean = total / n, .low = Quantile(means, 0.025), .high = Quantile(means, 0.975)};
}

// A trace's differences, cumulated over two rounds so that no block has to be wrapped.
struct CircularSeries {
  std::vector<double> sum_to{0.0};
  std::size_t length = 0, block = 0;

  CircularSeries(const std::vector<double>& differences, std::size_t longest_block)
      : length(differences.size()),
        block(std::min(longest_block, std::max<std::size_t>(1, length / 2))) {
    for (int round = 0; round < 2; ++round) {
      for (const double d : differences) sum_to.push_back(sum_to.back() + d);
    }
  }

  double Total() const { return sum_to[length]; }

  double ResampledTotal(WordStream& words) const {
    double total = 0;
    for (std::size_t done = 0; done < length; done += block) {
      const std::size_t from = Index(words, length);
      total += sum_to[from + std::min(block, length - done)] - sum_to[from];
    }
    return total;
  }
};

}  // namespace

PairedDifference BootstrapRequests(std::span<const double> a, std::span<const double> b,
                                   std::span<const std::size_t> stratum, Resampling resampling) {
  Require(a.size() == b.size() && a.size() == stratum.size(),
          "bootstrap: one score of each model and one stratum per request");
  std::map<std::size_t, std::vector<double>> strata;
  double total = 0;
  std::size_t count = 0, better = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = a[i] - b[i];
    if (std::isnan(difference)) continue;
    strata[stratum[i]].push_back(difference);
    total += difference;
    better += difference < 0;
    ++count;
  }
  PairedDifference result = Summary(total, count, resampling, [&](WordStream& words) {
    double sum = 0;
    for (const auto& [name, differences] : strata) {
      for (std::size_t i = 0; i < differences.size(); ++i) {
        sum += differences[Index(words, differences.size())];
      }
    }
    return sum;
  });
  result.better_count = better;
  result.count = count;
  return result;
}

PairedDifference BootstrapBlocks(const std::vector<std::vector<double>>& a,
                                 const std::vector<std::vector<double>>& b, std::size_t block,
                                 Resampling resampling) {
  Require(a.size() == b.size(), "bootstrap: one series of each model per trace");
  Require(block >= 1, "bootstrap: a block holds at least one value");
  std::vector<CircularSeries> traces;
  double total = 0;
  std::size_t values = 0, better = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    Require(a[i].size() == b[i].size(), "bootstrap: series of one length per trace");
    std::vector<double> differences;
    for (std::size_t t = 0; t < a[i].size(); ++t) {
      const double difference = a[i][t] - b[i][t];
      if (std::isnan(difference)) continue;
      differences.push_back(difference);
      better += difference < 0;
    }
    if (differences.empty()) continue;
    traces.emplace_back(differences, block);
    total += traces.back().Total();
    values += differences.size();
  }
  PairedDifference result = Summary(total, values, resampling, [&](WordStream& words) {
    double sum = 0;
    for (const CircularSeries& trace : traces) sum += trace.ResampledTotal(words);
    return sum;
  });
  result.better_count = better;
  result.count = values;
  return result;
}

}  // namespace edgesim
