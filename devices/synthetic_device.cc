#include "devices/synthetic_device.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

namespace edgesim {

namespace {

// What keeps a request from taking the very last of the budget.
constexpr double kShaved = 1 - 1e-9;
constexpr double kInterval_s = 1e-3;  // power is constant over a request: any time is long enough
constexpr double kFarOut = 9;         // standard deviations; a normal draw beyond has P < 1e-18

double LogVariance(double variation) { return std::log1p(variation * variation); }

}  // namespace

std::vector<double> DiscreteLognormal(double mean, double variation) {
  const double s2 = LogVariance(variation), s = std::sqrt(s2), mu = std::log(mean) - s2 / 2;
  const boost::math::normal normal;
  const auto last = static_cast<std::size_t>(std::ceil(mean * std::exp(3 * s))) + 2;
  std::vector<double> pmf;
  double below = 0;
  for (std::size_t k = 0; k <= last; ++k) {
    const double up_to =
        boost::math::cdf(normal, (std::log(static_cast<double>(k) + 0.5) - mu) / s);
    pmf.push_back(up_to - below);
    below = up_to;
  }
  pmf.back() += 1 - below;
  return pmf;
}

SyntheticDevice::SyntheticDevice(std::vector<ActionLaw> laws, std::optional<Joules> step)
    : laws_(std::move(laws)), step_(step) {
  info_.rails = {"synthetic"};
  info_.emission_interval = FromSeconds(kInterval_s);
  if (!step_) return;
  for (ActionId a = 0; a < laws_.size(); ++a) {
    auto& classes = cdf_.emplace_back();
    for (std::uint32_t c = 0; c < laws_[a].energy_j.size(); ++c) {
      std::vector<double>& cdf = classes.emplace_back(EnergyPmf(c, a));
      for (std::size_t k = 1; k < cdf.size(); ++k) cdf[k] += cdf[k - 1];
    }
  }
}

std::vector<double> SyntheticDevice::EnergyPmf(std::uint32_t class_id, ActionId action) const {
  const ActionLaw& law = laws_[action];
  const double mean = law.MeanEnergyJ(class_id) / step_->value();
  if (law.energy_cv > 0) return DiscreteLognormal(mean, law.energy_cv);
  std::vector<double> pmf(static_cast<std::size_t>(std::llround(mean)) + 1);
  pmf.back() = 1;
  return pmf;
}

double SyntheticDevice::DrawEnergyJ(std::uint32_t class_id, ActionId action,
                                    const Noise& world) const {
  const ActionLaw& law = laws_[action];
  WordStream words = world.Words(StreamOfRail(0, RailStream::kEmission));
  if (step_) {
    const std::vector<double>& cdf = cdf_[action][law.energy_j.size() == 1 ? 0 : class_id];
    const auto at = std::upper_bound(cdf.begin(), cdf.end() - 1, Uniform01(words));
    return static_cast<double>(at - cdf.begin()) * step_->value() * kShaved;
  }
  const double s2 = LogVariance(law.energy_cv);
  return law.MeanEnergyJ(class_id) * std::exp(std::sqrt(s2) * StandardNormal(words) - s2 / 2);
}

void SyntheticDevice::Execute(const Request& request, ActionId action, const Answer&,
                              const Noise& world, Execution& out) const {
  const ActionLaw& law = laws_[action];
  const double energy_j = DrawEnergyJ(request.class_id, action, world);
  double power_w = law.power_w;
  if (law.burst_probability > 0) {
    WordStream words = world.Words(StreamOfRail(0, RailStream::kLevel));
    if (Uniform01(words) < law.burst_probability) power_w = law.burst_w;
  }
  // Whole nanoseconds, and the power that makes them the energy drawn.
  const auto ns =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(energy_j / power_w * 1e9)));
  out.clamped = 0;
  out.duration = Duration(ns);
  out.segments.assign(1, PowerSegment{.length = out.duration, .rail_w = {}});
  out.segments[0].rail_w[0] = energy_j / InSeconds(out.duration);
}

double SyntheticDevice::LongestSeconds(ActionId action) const {
  const ActionLaw& law = laws_[action];
  double longest_j = 0;
  for (std::uint32_t c = 0; c < law.energy_j.size(); ++c) {
    const double s2 = LogVariance(law.energy_cv);
    longest_j = std::max(longest_j, law.MeanEnergyJ(c) * std::exp(kFarOut * std::sqrt(s2)));
    if (step_)
      longest_j = std::max(longest_j, static_cast<double>(cdf_[action][c].size()) * step_->value());
  }
  const double least_w =
      law.burst_probability > 0 ? std::min(law.power_w, law.burst_w) : law.power_w;
  return longest_j / least_w;
}

}  // namespace edgesim
