#include "calibration/request_class.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/stats.h"

namespace edgesim {

ClassLatency::ClassLatency(const std::vector<double>& seconds_per_token,
                           const std::vector<std::size_t>& request_class, std::size_t classes) {
  const auto n = static_cast<double>(seconds_per_token.size());
  for (std::size_t k = 0; k < classes; ++k) {
    std::vector<double> logs;
    double members = 0;
    for (std::size_t i = 0; i < request_class.size(); ++i) {
      if (request_class[i] != k) continue;
      ++members;
      if (!std::isnan(seconds_per_token[i])) logs.push_back(std::log(seconds_per_token[i]));
    }
    weight_.push_back(members / n);
    constexpr double kMadToSd = 1.4826, kLeastSpread = 0.005;  // half a percent of the time
    double centre = 0, spread = 1;
    if (!logs.empty()) {
      std::sort(logs.begin(), logs.end());
      centre = Quantile(logs, 0.5);
      for (double& x : logs) x = std::abs(x - centre);
      std::sort(logs.begin(), logs.end());
      spread = std::max(kLeastSpread, kMadToSd * Quantile(logs, 0.5));
    }
    centre_.push_back(centre);
    spread_.push_back(spread);
  }
}

double ClassLatency::LogJoint(std::size_t k, double seconds_per_token) const {
  const double log_weight = std::log(weight_[k]);
  if (std::isnan(seconds_per_token)) return log_weight;
  constexpr double kOdd = 0.1, kOddDensity = 0.5;  // anywhere within a factor e either way
  const double z = (std::log(seconds_per_token) - centre_[k]) / spread_[k];
  const double regular = std::exp(-0.5 * z * z) / (spread_[k] * std::sqrt(2 * std::numbers::pi));
  return log_weight + std::log((1 - kOdd) * regular + kOdd * kOddDensity);
}

std::vector<double> ClassLatency::Probabilities(double seconds_per_token) const {
  std::vector<double> p;
  double sum = 0;
  for (std::size_t k = 0; k < Classes(); ++k) {
    p.push_back(std::exp(LogJoint(k, seconds_per_token)));
    sum += p.back();
  }
  for (double& x : p) x /= sum;
  return p;
}

}  // namespace edgesim
