#include "calibration/adam.h"

#include <cmath>

namespace edgesim {

void Adam::Step(const Eigen::VectorXf& gradient, double learning_rate,
                Eigen::VectorXf& parameters) {
  constexpr double kBeta1 = 0.9, kBeta2 = 0.999;
  constexpr float kB1 = 0.9F, kB2 = 0.999F, kEpsilon = 1e-8F;
  first_left_ *= kBeta1;
  second_left_ *= kBeta2;
  first_ = kB1 * first_ + (1 - kB1) * gradient;
  second_ = kB2 * second_ + (1 - kB2) * gradient.cwiseAbs2();
  const float rate = static_cast<float>(learning_rate / (1 - first_left_));
  const float unbias = static_cast<float>(1 / std::sqrt(1 - second_left_));
  parameters.array() -= rate * first_.array() / (second_.array().sqrt() * unbias + kEpsilon);
}

void ClipNorm(float most, Eigen::VectorXf& gradient) {
  const float norm = gradient.norm();
  if (norm > most) gradient *= most / norm;
}

}  // namespace edgesim
