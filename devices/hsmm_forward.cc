#include "devices/hsmm_forward.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace edgesim {

HsmmTables MakeTables(const Hsmm& model, int max_intervals, Tail tail) {
  const auto n = static_cast<Eigen::Index>(model.states.size());
  HsmmTables tables{.initial = model.initial,
                    .transition = model.transition,
                    .pmf = Eigen::MatrixXd::Zero(max_intervals, n),
                    .survivor = {}};
  for (Eigen::Index j = 0; j < n; ++j) {
    const HsmmState& state = model.states[static_cast<std::size_t>(j)];
    if (state.duration) {
      tables.pmf.col(j) = DurationPmf(*state.duration, model.interval_s, max_intervals, tail);
    } else {
      tables.pmf(max_intervals - 1, j) = 1;
    }
  }
  tables.survivor = Survivor(tables.pmf);
  return tables;
}

Eigen::MatrixXd Survivor(const Eigen::MatrixXd& pmf) {
  Eigen::MatrixXd survivor = pmf;
  for (Eigen::Index u = pmf.rows() - 2; u >= 0; --u) survivor.row(u) += survivor.row(u + 1);
  return survivor;
}

ForwardMessages Forward(const HsmmTables& tables, const Eigen::MatrixXd& log_density) {
  const Eigen::Index steps = log_density.rows(), n = log_density.cols(),
                     longest = tables.pmf.rows();
  ForwardMessages out{.log_likelihood = 0,
                      .start = Eigen::MatrixXd(steps, n),
                      .end = Eigen::MatrixXd(steps, n),
                      .factor = Eigen::MatrixXd(steps, n)};
  Eigen::MatrixXd window(steps, n);                    // start / product at the start
  Eigen::VectorXd product = Eigen::VectorXd::Ones(n);  // of factors since the last fold
  Eigen::VectorXd mass(n);
  for (Eigen::Index t = 0; t < steps; ++t) {
    if (t == 0) {
      out.start.row(0) = tables.initial.transpose();
    } else {
      out.start.row(t).noalias() = out.end.row(t - 1) * tables.transition;
    }
    const Eigen::Index oldest = std::max<Eigen::Index>(0, t - longest + 1), alive = t - oldest + 1;
    double shift =
        -std::numeric_limits<double>::infinity();  // largest density of a state that may be live
    for (Eigen::Index j = 0; j < n; ++j) {
      window(t, j) = out.start(t, j) / product(j);
      const auto ages = window.col(j).segment(oldest, alive).reverse();
      mass(j) = product(j) * ages.dot(tables.survivor.col(j).head(alive));
      if (mass(j) > 0) shift = std::max(shift, log_density(t, j));
    }
    for (Eigen::Index j = 0; j < n; ++j) {
      out.factor(t, j) = mass(j) > 0 ? std::exp(log_density(t, j) - shift) : 0;
      mass(j) *= out.factor(t, j);
    }
    const double predictive = mass.sum();
    if (!(predictive > 0)) {
      out.log_likelihood = -std::numeric_limits<double>::infinity();
      return out;
    }
    out.log_likelihood += std::log(predictive) + shift;
    out.factor.row(t) /= predictive;
    for (Eigen::Index j = 0; j < n; ++j) {
      product(j) *= out.factor(t, j);
      auto live = window.col(j).segment(oldest, alive);
      out.end(t, j) = product(j) * live.reverse().dot(tables.pmf.col(j).head(alive));
      if (product(j) < kFoldBelow || product(j) > kFoldAbove) {
        live *= product(j);
        product(j) = 1;
      }
    }
  }
  return out;
}

}  // namespace edgesim
