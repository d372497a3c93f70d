// Ridge regression with a confidence width for one action of LinUCB (Li et al., WWW 2010).
#pragma once

#include <Eigen/Core>
#include <cmath>

namespace edgesim {

class LinUcbRule {
 public:
  LinUcbRule(Eigen::Index features, double ridge)
      : inverse_(Eigen::MatrixXd::Identity(features, features) / ridge),
        moment_(Eigen::VectorXd::Zero(features)) {}

  double Mean(const Eigen::VectorXd& x) const { return x.dot(inverse_ * moment_); }
  double Width(const Eigen::VectorXd& x) const { return std::sqrt(x.dot(inverse_ * x)); }

  // A += x x', b += target x; the inverse of A by Sherman and Morrison.
  void Update(const Eigen::VectorXd& x, double target) {
    const Eigen::VectorXd y = inverse_ * x;
    inverse_ -= y * y.transpose() / (1 + x.dot(y));
    moment_ += target * x;
  }

  Eigen::MatrixXd& inverse() { return inverse_; }
  const Eigen::MatrixXd& inverse() const { return inverse_; }
  Eigen::VectorXd& moment() { return moment_; }
  const Eigen::VectorXd& moment() const { return moment_; }

 private:
  Eigen::MatrixXd inverse_;  // of A = ridge I + sum x x'
  Eigen::VectorXd moment_;   // sum target x
};

}  // namespace edgesim
