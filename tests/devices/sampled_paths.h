// Models whose readings show their state, and paths drawn from them.
#pragma once

#include <cmath>
#include <optional>
#include <vector>

#include "devices/hsmm_sampler.h"

namespace edgesim {

inline constexpr double kInterval = 0.1;
inline constexpr double kTinySd = 1e-3;  // with means whole watts apart a reading shows its state

inline DurationLaw Gamma(double mean_s, double shape) {
  return {.family = DurationFamily::kGamma, .mean_s = mean_s, .shape = shape, .table = {}};
}

inline HsmmState State(double mean_w, std::optional<DurationLaw> duration, double sd_w = kTinySd) {
  return {.name = "s", .mean_w = mean_w, .sd_w = sd_w, .duration = duration};
}

// States 1 W, 2 W, ...: state k draws k + 1 watts.
inline int StateAt(double watts) { return static_cast<int>(std::lround(watts)) - 1; }

inline Hsmm Alternating(const DurationLaw& first, const DurationLaw& second) {
  Hsmm model;
  model.interval_s = kInterval;
  model.states = {State(1, first), State(2, second)};
  model.initial = Eigen::Vector2d(1, 0);
  model.transition = Eigen::Matrix2d{{0, 1}, {1, 0}};
  return model;
}

struct Path {
  std::vector<double> watts;
  std::uint32_t clamped = 0;
};
inline Path Draw(const HsmmSampler& sampler, std::size_t length, std::uint32_t request,
                 double level_w = 0) {
  const Noise noise{.seed = 11, .entity = request};
  Path path{std::vector<double>(length), 0};
  path.clamped = sampler.Sample(level_w, noise.Words(StreamOfRail(0, RailStream::kDwell)),
                                noise.Words(StreamOfRail(0, RailStream::kEmission)), path.watts);
  return path;
}

inline Hsmm LeftToRight() {
  Hsmm model;
  model.interval_s = kInterval;
  model.states = {State(1, Gamma(0.3, 2)), State(2, Gamma(0.2, 5)), State(3, Gamma(0.4, 1)),
                  State(4, std::nullopt)};
  model.initial = Eigen::Vector4d(1, 0, 0, 0);
  model.transition = Eigen::Matrix4d{{0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}, {0, 0, 0, 0}};
  return model;
}

inline constexpr std::size_t kDraws = 200'000;
inline constexpr double kSigmas = 4.5;
inline const double kPerSe = kSigmas / std::sqrt(kDraws);

}  // namespace edgesim
