// Adam (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1) with its usual beta1 = 0.9, beta2 =
// 0.999, epsilon = 1e-8.
#pragma once

#include <Eigen/Core>

namespace edgesim {

class Adam {
 public:
  explicit Adam(Eigen::Index parameters)
      : first_(Eigen::VectorXf::Zero(parameters)), second_(Eigen::VectorXf::Zero(parameters)) {}

  // One step down the gradient.
  void Step(const Eigen::VectorXf& gradient, double learning_rate, Eigen::VectorXf& parameters);

 private:
  Eigen::VectorXf first_, second_;           // moments, biased towards 0
  double first_left_ = 1, second_left_ = 1;  // beta^steps: the weight of that bias
};

// Scales the gradient down to this Euclidean norm if it is longer.
void ClipNorm(float most, Eigen::VectorXf& gradient);

}  // namespace edgesim
