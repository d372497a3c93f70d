#include "devices/hsmm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "devices/hsmm_forward.h"

namespace edgesim {

namespace {

constexpr double kProbabilityTolerance =
    1e-9;  // of a row's sum: decimal round-off in a profile file

void Require(bool ok, const std::string& what) {
  if (!ok) throw std::invalid_argument("hsmm: " + what);
}

void RequireEmission(const HsmmState& state) {
  const auto require = [&](bool ok, const char* what) {
    Require(ok, fmt::format("state '{}': {}", state.name, what));
  };
  require(state.phi >= 0 && state.phi < 1, "phi must be at least 0 and below 1");
  require(!state.student_dof || *state.student_dof > 0, "student_dof must be positive");
  require(!state.student_dof || state.mixture.empty(),
          "student_dof and mixture exclude each other");
  require(!state.mixture.empty() || state.sd_w > 0, "sd_w must be positive");
  double weights = 0;
  for (const MixtureComponent& c : state.mixture) {
    require(c.weight > 0 && c.sd_w > 0 && std::isfinite(c.offset_w),
            "a mixture component needs a positive weight and sd_w");
    weights += c.weight;
  }
  require(state.mixture.empty() || std::abs(weights - 1) < kProbabilityTolerance,
          "mixture weights must sum to 1");
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
  Require(!model.first_reading || model.first_reading->sd_w > 0,
          "first_reading sd_w must be positive");
  for (Eigen::Index j = 0; j < n; ++j) {
    const HsmmState& state = model.states[static_cast<std::size_t>(j)];
    Require(std::isfinite(state.mean_w),
            fmt::format("state '{}': mean_w must be finite", state.name));
    RequireEmission(state);
    const auto row = model.transition.row(j);
    Require((row.array() >= 0).all() && row(j) == 0,
            fmt::format("state '{}': transitions must not be negative and none leads to itself",
                        state.name));
    if (!state.duration) {
      Require(row.sum() == 0,
              fmt::format("state '{}' is absorbing but has transitions", state.name));
      continue;
    }
    const auto wrong = WhatIsWrong(*state.duration);
    Require(!wrong, fmt::format("state '{}': {}", state.name, wrong.value_or("")));
    Require(std::abs(row.sum() - 1) < kProbabilityTolerance,
            fmt::format("state '{}': transitions must sum to 1", state.name));
  }
}

double LogInnovation(const HsmmState& state, double e, double widen) {
  const double log_sqrt_two_pi = 0.5 * std::log(2 * std::numbers::pi);
  const auto gaussian = [&](double x, double sd) {
    const double z = x / sd;
    return -0.5 * z * z - std::log(sd) - log_sqrt_two_pi;
  };
  if (state.student_dof) {
    const double nu = *state.student_dof, scale = state.sd_w * widen, z = e / scale;
    return std::lgamma(0.5 * (nu + 1)) - std::lgamma(0.5 * nu) -
           0.5 * std::log(nu * std::numbers::pi) - std::log(scale) -
           0.5 * (nu + 1) * std::log1p(z * z / nu);
  }
  if (state.mixture.empty()) return gaussian(e, state.sd_w * widen);
  double largest = -INFINITY, sum = 0;
  std::vector<double> parts;
  for (const MixtureComponent& c : state.mixture) {
    parts.push_back(std::log(c.weight) + gaussian(e - c.offset_w * widen, c.sd_w * widen));
    largest = std::max(largest, parts.back());
  }
  for (const double part : parts) sum += std::exp(part - largest);
  return largest + std::log(sum);
}

OutlierMixture::OutlierMixture(double weight) : log_regular_(std::log1p(-weight)) {
  constexpr double kLogOutlierDensity = -5.0106352940962555;  // log of 1/150 per W
  log_outlier_ = std::log(weight) + kLogOutlierDensity;
}

double OutlierMixture::operator()(double log_density) const {
  const double regular = log_regular_ + log_density, high = std::max(regular, log_outlier_);
  return high + std::log(std::exp(regular - high) + std::exp(log_outlier_ - high));
}

Eigen::MatrixXd LogDensity(const Hsmm& model, std::span<const double> watts, double level_w,
                           double outlier_weight) {
  const auto readings = static_cast<Eigen::Index>(watts.size());
  const auto n = static_cast<Eigen::Index>(model.states.size());
  const OutlierMixture with_outliers(outlier_weight);
  Eigen::MatrixXd log_density = Eigen::MatrixXd::Zero(readings, n);
  for (Eigen::Index j = 0; j < n; ++j) {
    const HsmmState& state = model.states[static_cast<std::size_t>(j)];
    const double mean = state.mean_w + (state.takes_level ? level_w : 0);
    for (Eigen::Index t = 0; t < readings; ++t) {
      const double x = watts[static_cast<std::size_t>(t)];
      if (std::isnan(x)) continue;
      const double before = t > 0 ? watts[static_cast<std::size_t>(t - 1)] : NAN;
      double value = 0;
      if (t == 0 && model.first_reading) {
        HsmmState first;
        first.sd_w = model.first_reading->sd_w;
        value = LogInnovation(first, x - model.first_reading->mean_w, 1);
      } else if (state.phi == 0 || std::isnan(before)) {
        value = LogInnovation(state, x - mean, StationaryWidening(state));
      } else {
        value = LogInnovation(state, x - mean - state.phi * (before - mean), 1);
      }
      log_density(t, j) = outlier_weight > 0 ? with_outliers(value) : value;
    }
  }
  return log_density;
}

double StationaryWidening(const HsmmState& state) {
  return state.phi == 0 ? 1 : 1 / std::sqrt(1 - state.phi * state.phi);
}

double LogLikelihood(const Hsmm& model, std::span<const double> watts, double level_w) {
  const HsmmTables tables = MakeTables(model, static_cast<int>(watts.size()) + 1);
  return Forward(tables, LogDensity(model, watts, level_w, 0)).log_likelihood;
}

}  // namespace edgesim
