#include "calibration/duration_fit.h"

#include <boost/math/tools/minima.hpp>
#include <cmath>

namespace edgesim {

namespace {

// Shapes beyond this are a constant for any sensor; below, nearly all mass is in the first
// interval.
constexpr double kSmallestShape = 0.3, kLargestShape = 300;
constexpr int kBits =
    12;  // Brent's precision: 2^-12 of the logarithm is far below the estimate's error

}  // namespace

GammaDuration FitGammaDuration(const Eigen::VectorXd& counts, double interval_s,
                               const GammaDuration& start) {
  const auto longest = static_cast<int>(counts.size());
  const auto cost = [&](const GammaDuration& law) {
    const Eigen::VectorXd pmf = DurationPmf(law, interval_s, longest);
    constexpr double kTiny = 1e-300;
    return -counts.dot(pmf.cwiseMax(kTiny).array().log().matrix());
  };
  const double mean_intervals =
      counts.dot(Eigen::VectorXd::LinSpaced(longest, 1, longest)) / counts.sum();
  GammaDuration best = start;
  double best_cost = cost(best);
  const auto keep_if_better = [&](const GammaDuration& law) {
    const double c = cost(law);
    if (c < best_cost) {
      best = law;
      best_cost = c;
    }
  };
  // A stay that ends within interval u has lasted u - 1/2 intervals in the mean.
  keep_if_better({.mean_s = std::max(0.3, mean_intervals - 0.5) * interval_s, .shape = best.shape});
  for (int sweep = 0; sweep < 2; ++sweep) {
    const auto by_shape = boost::math::tools::brent_find_minima(
        [&](double log_shape) {
          return cost({.mean_s = best.mean_s, .shape = std::exp(log_shape)});
        },
        std::log(kSmallestShape), std::log(kLargestShape), kBits);
    keep_if_better({.mean_s = best.mean_s, .shape = std::exp(by_shape.first)});
    const auto by_mean = boost::math::tools::brent_find_minima(
        [&](double log_mean) { return cost({.mean_s = std::exp(log_mean), .shape = best.shape}); },
        std::log(best.mean_s / 2), std::log(best.mean_s * 2), kBits);
    keep_if_better({.mean_s = std::exp(by_mean.first), .shape = best.shape});
  }
  return best;
}

}  // namespace edgesim
