#include "devices/hsmm.h"

#include <fmt/format.h>

#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <stdexcept>

#include "devices/hsmm_forward.h"

namespace edgesim {

namespace {

constexpr double kProbabilityTolerance =
    1e-9;  // of a row's sum: decimal round-off in a profile file

void Require(bool ok, const std::string& what) {
  if (!ok) throw std::invalid_argument("hsmm: " + what);
}

}  // namespace

void Validate(const Hsmm& model) {
  const auto n = static_cast<Eigen::Index>(model.states.size());
  Require(n > 0, "no states");
  Require(model.interval_s > 0, "interval_s must be positive");
  Require(model.initial.size() == n, "initial needs one probability per state");
  Require(model.transition.rows() == n && model.transition.cols() == n,
          "transition must be states x states");
  Require((model.initial.array() >= 0).all() &&
              std::abs(model.initial.sum() - 1) < kProbabilityTolerance,
          "initial must sum to 1");
  for (Eigen::Index j = 0; j < n; ++j) {
    const HsmmState& state = model.states[static_cast<std::size_t>(j)];
    Require(std::isfinite(state.mean_w),
            fmt::format("state '{}': mean_w must be finite", state.name));
    Require(state.sd_w > 0, fmt::format("state '{}': sd_w must be positive", state.name));
    const auto row = model.transition.row(j);
    Require((row.array() >= 0).all() && row(j) == 0,
            fmt::format("state '{}': transitions must not be negative and none leads to itself",
                        state.name));
    if (!state.duration) {
      Require(row.sum() == 0,
              fmt::format("state '{}' is absorbing but has transitions", state.name));
      continue;
    }
    Require(state.duration->mean_s > 0 && state.duration->shape > 0,
            fmt::format("state '{}': duration mean_s and shape must be positive", state.name));
    Require(std::abs(row.sum() - 1) < kProbabilityTolerance,
            fmt::format("state '{}': transitions must sum to 1", state.name));
  }
}

Eigen::VectorXd DurationPmf(const GammaDuration& duration, double interval_s, int max_intervals) {
  const double per_interval = interval_s * duration.shape / duration.mean_s;
  Eigen::VectorXd pmf(max_intervals);
  double below = 0;
  for (int u = 1; u < max_intervals; ++u) {
    const double cdf = boost::math::gamma_p(duration.shape, u * per_interval);
    pmf(u - 1) = cdf - below;
    below = cdf;
  }
  pmf(max_intervals - 1) = 1 - below;
  return pmf;
}

Eigen::MatrixXd LogDensity(const Hsmm& model, std::span<const double> watts, double level_w,
                           double outlier_weight) {
  constexpr double kOutlierDensity = 1.0 / 150;  // per W
  constexpr double kLogSqrtTwoPi = 0.91893853320467274178;
  const auto readings = static_cast<Eigen::Index>(watts.size());
  const auto n = static_cast<Eigen::Index>(model.states.size());
  Eigen::MatrixXd log_density = Eigen::MatrixXd::Zero(readings, n);
  for (Eigen::Index j = 0; j < n; ++j) {
    const HsmmState& state = model.states[static_cast<std::size_t>(j)];
    const double mean = state.mean_w + (state.takes_level ? level_w : 0);
    for (Eigen::Index t = 0; t < readings; ++t) {
      const double x = watts[static_cast<std::size_t>(t)];
      if (std::isnan(x)) continue;
      const double z = (x - mean) / state.sd_w;
      double value = -0.5 * z * z - std::log(state.sd_w) - kLogSqrtTwoPi;
      if (outlier_weight > 0) {
        value = std::log((1 - outlier_weight) * std::exp(value) + outlier_weight * kOutlierDensity);
      }
      log_density(t, j) = value;
    }
  }
  return log_density;
}

double LogLikelihood(const Hsmm& model, std::span<const double> watts, double level_w) {
  const HsmmTables tables = MakeTables(model, static_cast<int>(watts.size()) + 1);
  return Forward(tables, LogDensity(model, watts, level_w, 0)).log_likelihood;
}

}  // namespace edgesim
