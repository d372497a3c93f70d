#include "calibration/hsmm_expect.h"

#include <cmath>
#include <stdexcept>

namespace edgesim {

using Eigen::Index;

ExpectedCounts ExpectCounts(const HsmmTables& tables, const Eigen::MatrixXd& log_density) {
  const ForwardMessages forward = Forward(tables, log_density);
  if (!std::isfinite(forward.log_likelihood)) {
    throw std::invalid_argument("the model gives a sequence no probability");
  }
  const Index steps = log_density.rows(), n = log_density.cols(), longest = tables.pmf.rows();
  ExpectedCounts out{.log_likelihood = forward.log_likelihood,
                     .occupied = Eigen::MatrixXd(steps, n),
                     .durations = Eigen::MatrixXd::Zero(longest, n),
                     .successors = Eigen::MatrixXd::Zero(n, n)};

  // Mirror of the forward recursion. window(w, j): what follows a segment of j that ends at w,
  // relative to the running product; beyond the last reading it is 1, which makes the
  // right-censoring exact.
  Eigen::MatrixXd window = Eigen::MatrixXd::Ones(steps + longest, n);
  Eigen::MatrixXd follow(steps,
                         n);  // likelihood of x from t+1 on, given that a segment of j ends at t
  Eigen::MatrixXd ahead(steps,
                        n);  // likelihood of x from t on, given that a segment of j starts at t
  Eigen::VectorXd product = Eigen::VectorXd::Ones(n);
  for (Index t = steps - 1; t >= 0; --t) {
    if (t == steps - 1) {
      follow.row(t).setOnes();
    } else {
      follow.row(t) = (tables.transition * ahead.row(t + 1).transpose()).transpose();
      out.successors.noalias() += forward.end.row(t).transpose() * ahead.row(t + 1);
    }
    for (Index j = 0; j < n; ++j) {
      window(t, j) = follow(t, j) / product(j);
      product(j) *= forward.factor(t, j);
      auto ends = window.col(j).segment(t, longest);
      if (product(j) < kFoldBelow || product(j) > kFoldAbove) {
        ends *= product(j);
        product(j) = 1;
      }
      ahead(t, j) = product(j) * ends.dot(tables.pmf.col(j));
      out.durations.col(j) +=
          forward.start(t, j) * product(j) * ends.cwiseProduct(tables.pmf.col(j));
    }
  }
  out.successors.array() *= tables.transition.array();

  // A state gains the segments that start and loses those that end before.
  for (Index t = 0; t < steps; ++t) {
    out.occupied.row(t) = forward.start.row(t).cwiseProduct(ahead.row(t));
    if (t > 0) {
      out.occupied.row(t) +=
          out.occupied.row(t - 1) - forward.end.row(t - 1).cwiseProduct(follow.row(t - 1));
    }
  }
  out.occupied = out.occupied.cwiseMax(0);
  return out;
}

}  // namespace edgesim
