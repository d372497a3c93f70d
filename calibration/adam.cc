#include "calibration/adam.h"

#include <cmath>

namespace edgesim {

void Adam::Step(const Eigen::VectorXf& gradient, double learning_rate,
                Eigen::VectorXf& parameters) {
  constexpr double kBeta1 = 0.9, kBeta2 = 0.999;
  // 1 - beta rounded once: in float, 1 - 0.999 is off by 5e-5 of itself.
  constexpr auto kOld1 = static_cast<float>(kBeta1), kNew1 = static_cast<float>(1 - kBeta1);
  constexpr auto kOld2 = static_cast<float>(kBeta2), kNew2 = static_cast<float>(1 - kBeta2);
  constexpr float kEpsilon = 1e-8F;
  first_left_ *= kBeta1;
  second_left_ *= kBeta2;
  first_ = kOld1 * first_ + kNew1 * gradient;
  second_ = kOld2 * second_ + kNew2 * gradient.cwiseAbs2();
  const float rate = static_cast<float>(learning_rate / (1 - first_left_));
  const float unbias = static_cast<float>(1 / std::sqrt(1 - second_left_));
  parameters.array() -= rate * first_.array() / (second_.array().sqrt() * unbias + kEpsilon);
}

void ClipNorm(float most, Eigen::VectorXf& gradient) {
  const float norm = gradient.norm();
  if (norm > most) gradient *= most / norm;
}

}  // namespace edgesim
