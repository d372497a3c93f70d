#include "calibration/emission_fit.h"

#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <cmath>

namespace edgesim {

namespace {

constexpr double kLeastWeight = 1e-6;
constexpr double kLeastDof = 1.5, kMostDof = 200;  // from barely a mean to a Gaussian

// Residual of a reading; after a missing reading it is the deviation from the mean, shrunk to an
// innovation's size.
double Residual(const HsmmState& state, double watts, double before) {
  const double deviation = watts - state.mean_w;
  if (state.phi == 0) return deviation;
  if (std::isnan(before)) return deviation / StationaryWidening(state);
  return deviation - state.phi * (before - state.mean_w);
}

// Variance of an innovation; of a Student t its squared scale.
double InnovationVariance(const HsmmState& state) {
  if (state.mixture.empty()) return state.sd_w * state.sd_w;
  double variance = 0;
  for (const MixtureComponent& c : state.mixture)
    variance += c.weight * (c.sd_w * c.sd_w + c.offset_w * c.offset_w);
  return variance;
}

// P(component | residual). In logarithms, for far out all densities underflow.
std::vector<double> ComponentShares(const HsmmState& state, double residual) {
  std::vector<double> share;
  for (const MixtureComponent& c : state.mixture) {
    const double z = (residual - c.offset_w) / c.sd_w;
    share.push_back(std::log(c.weight / c.sd_w) - 0.5 * z * z);
  }
  const double largest = *std::max_element(share.begin(), share.end());
  double all = 0;
  for (double& p : share) all += p = std::exp(p - largest);
  for (double& p : share) p /= all;
  return share;
}

// Weight a reading keeps in least squares: 1, or less where a Student t thinks it an outlier.
double RobustWeight(const HsmmState& state, double residual) {
  if (!state.student_dof) return 1;
  const double z = residual / state.sd_w;
  return (*state.student_dof + 1) / (*state.student_dof + z * z);
}

// What a reading says of mean and phi: its weight in least squares, and the part of its residual
// that is the offset of mixture components and not theirs.
struct Say {
  double weight = 1, offset_w = 0;
};
Say SayOfMean(const HsmmState& state, double residual) {
  if (state.mixture.empty()) return {.weight = RobustWeight(state, residual), .offset_w = 0};
  const std::vector<double> share = ComponentShares(state, residual);
  double precision = 0, pull = 0;
  for (std::size_t k = 0; k < share.size(); ++k) {
    const MixtureComponent& c = state.mixture[k];
    precision += share[k] / (c.sd_w * c.sd_w);
    pull += share[k] * c.offset_w / (c.sd_w * c.sd_w);
  }
  return {.weight = precision * InnovationVariance(state), .offset_w = pull / precision};
}

// Weighted least squares of x on (1, x before).
void FitMean(const std::vector<WeightedReading>& readings, const EmissionOptions& options,
             HsmmState& state) {
  double w_all = 0, x_all = 0, w = 0, x = 0, y = 0;
  std::vector<double> weight(readings.size()), watts(readings.size());
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const WeightedReading& r = readings[i];
    const Say say = SayOfMean(state, Residual(state, r.watts, r.before));
    weight[i] = r.weight * say.weight;
    watts[i] = r.watts - say.offset_w;
    w_all += weight[i];
    x_all += weight[i] * watts[i];
    if (std::isnan(r.before)) continue;
    w += weight[i];
    x += weight[i] * watts[i];
    y += weight[i] * r.before;
  }
  if (!options.autoregressive || w < kLeastWeight) {
    state.mean_w = x_all / w_all;
    return;
  }
  const double mean_x = x / w, mean_y = y / w;
  double xy = 0, yy = 0;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const WeightedReading& r = readings[i];
    if (std::isnan(r.before)) continue;
    xy += weight[i] * (watts[i] - mean_x) * (r.before - mean_y);
    yy += weight[i] * (r.before - mean_y) * (r.before - mean_y);
  }
  // A ridge of the variance's prior: where the predecessors hardly differ, phi is 0.
  const double ridge = options.prior_weight * options.prior_sd_w * options.prior_sd_w;
  state.phi = std::clamp(xy / (yy + ridge), 0.0, options.largest_phi);
  state.mean_w = (mean_x - state.phi * mean_y) / (1 - state.phi);
}

void FitStudent(const std::vector<WeightedReading>& readings, HsmmState& state) {
  const auto cost = [&](double log_dof) {
    HsmmState trial = state;
    trial.student_dof = std::exp(log_dof);
    double sum = 0;
    for (const WeightedReading& r : readings)
      sum -= r.weight * LogInnovation(trial, Residual(state, r.watts, r.before), 1);
    return sum;
  };
  constexpr int kBits = 10;  // a degree of freedom is known to a tenth at best
  state.student_dof = std::exp(
      boost::math::tools::brent_find_minima(cost, std::log(kLeastDof), std::log(kMostDof), kBits)
          .first);
}

void FitMixture(const std::vector<WeightedReading>& readings, const EmissionOptions& options,
                HsmmState& state) {
  struct Sums {
    double w = 0, e = 0, ee = 0;
  };
  std::vector<Sums> sums(state.mixture.size());
  const double pull = (1 - state.phi) * (1 - state.phi);
  double total = 0;
  for (const WeightedReading& r : readings) {
    const double e = Residual(state, r.watts, r.before);
    const std::vector<double> share = ComponentShares(state, e);
    for (std::size_t k = 0; k < share.size(); ++k) {
      const double w = r.weight * share[k];
      sums[k].w += w;
      sums[k].e += w * e;
      sums[k].ee += w * (e * e + pull * r.level_variance);
      total += w;
    }
  }
  const double prior = options.prior_weight * options.prior_sd_w * options.prior_sd_w;
  double mean_offset = 0, weights = 0;
  for (std::size_t k = 0; k < sums.size(); ++k) {
    MixtureComponent& c = state.mixture[k];
    constexpr double kLeastShare = 1e-4;  // a component must not die
    c.weight = std::max(kLeastShare, sums[k].w / total);
    if (sums[k].w > kLeastWeight) {
      c.offset_w = sums[k].e / sums[k].w;
      const double squares = std::max(0.0, sums[k].ee - sums[k].w * c.offset_w * c.offset_w);
      c.sd_w = std::max(options.floor_sd_w,
                        std::sqrt((squares + prior) / (sums[k].w + options.prior_weight)));
    }
    weights += c.weight;
  }
  for (MixtureComponent& c : state.mixture) {
    c.weight /= weights;
    mean_offset += c.weight * c.offset_w;
  }
  for (MixtureComponent& c : state.mixture) c.offset_w -= mean_offset;
  state.mean_w += mean_offset / (1 - state.phi);
}

}  // namespace

void FitEmission(const std::vector<WeightedReading>& readings, const EmissionOptions& options,
                 HsmmState& state) {
  double total = 0;
  for (const WeightedReading& r : readings) total += r.weight;
  if (total < kLeastWeight) return;  // nothing is known of a state no sequence visits
  FitMean(readings, options, state);
  if (!state.mixture.empty()) {
    FitMixture(readings, options, state);
    return;
  }
  const double pull = (1 - state.phi) * (1 - state.phi);
  double squares = 0;
  for (const WeightedReading& r : readings) {
    const double e = Residual(state, r.watts, r.before);
    squares += r.weight * RobustWeight(state, e) * (e * e + pull * r.level_variance);
  }
  const double prior = options.prior_weight * options.prior_sd_w * options.prior_sd_w;
  state.sd_w =
      std::max(options.floor_sd_w, std::sqrt((squares + prior) / (total + options.prior_weight)));
  if (state.student_dof) FitStudent(readings, state);
}

LevelEvidence EvidenceForLevel(const HsmmState& state, double watts, double before) {
  const bool regressed = state.phi > 0 && !std::isnan(before);
  const double deviation = watts - state.mean_w;
  const double gain = regressed ? 1 - state.phi : 1;  // of the level in the residual
  const double residual = regressed ? deviation - state.phi * (before - state.mean_w) : deviation;
  double variance = InnovationVariance(state);
  if (!regressed) variance *= StationaryWidening(state) * StationaryWidening(state);
  return {.precision = RobustWeight(state, residual) * gain * gain / variance,
          .level_w = residual / gain};
}

}  // namespace edgesim
