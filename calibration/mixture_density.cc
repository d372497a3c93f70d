#include "calibration/mixture_density.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace edgesim {

namespace {

template <typename S>
S LargestLogit(const S* logits, int components) {
  return *std::max_element(logits, logits + components);
}

template <typename S>
S Spread(S log_sd) {
  return std::exp(std::min(log_sd, static_cast<S>(kMostLogSd)));
}

}  // namespace

template <typename S>
S MixtureLoss(const S* column, int components, S floor_sd, S target, S* gradient) {
  const S half_log_2pi = static_cast<S>(0.5 * std::log(2 * std::numbers::pi));
  const S* logits = column;
  const S* means = column + components;
  const S* log_sds = column + 2 * components;
  const auto log_density = [&](int m) {
    const S sd = floor_sd + Spread(log_sds[m]);
    const S z = (target - means[m]) / sd;
    return -S(0.5) * z * z - std::log(sd) - half_log_2pi;
  };
  // Both sums relative to their largest term: a target far from all means must not underflow.
  const S top_logit = LargestLogit(logits, components);
  S top_joint = logits[0] + log_density(0);
  for (int m = 1; m < components; ++m) top_joint = std::max(top_joint, logits[m] + log_density(m));
  S weights = 0, joints = 0;
  for (int m = 0; m < components; ++m) {
    weights += std::exp(logits[m] - top_logit);
    joints += std::exp(logits[m] + log_density(m) - top_joint);
  }
  const S log_weights = top_logit + std::log(weights), log_joints = top_joint + std::log(joints);
  if (gradient != nullptr) {
    for (int m = 0; m < components; ++m) {
      const S weight = std::exp(logits[m] - log_weights);
      const S posterior = std::exp(logits[m] + log_density(m) - log_joints);
      const S spread = Spread(log_sds[m]), sd = floor_sd + spread;
      const S z = (target - means[m]) / sd;
      gradient[m] = weight - posterior;
      gradient[components + m] = -posterior * z / sd;
      gradient[2 * components + m] =
          log_sds[m] < static_cast<S>(kMostLogSd) ? posterior * (1 - z * z) * spread / sd : S{0};
    }
  }
  return log_weights - log_joints;
}

float DrawFromMixture(const float* column, int components, float floor_sd, WordStream& words) {
  const float top = LargestLogit(column, components);
  float sum = 0;
  for (int m = 0; m < components; ++m) sum += std::exp(column[m] - top);
  float left = static_cast<float>(Uniform01(words)) * sum;
  int m = 0;
  while (m + 1 < components && (left -= std::exp(column[m] - top)) >= 0) ++m;
  const float sd = floor_sd + Spread(column[2 * components + m]);
  return column[components + m] + sd * static_cast<float>(StandardNormal(words));
}

template float MixtureLoss(const float*, int, float, float, float*);
template double MixtureLoss(const double*, int, double, double, double*);

}  // namespace edgesim
