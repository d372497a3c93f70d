#include "calibration/hsmm_expect.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "devices/segment_window.h"

namespace edgesim {
namespace {

using Eigen::Index;

// Segments less likely than this to start at a time are left out of `durations`: even 1e9
// of them change no bit of a count above 1e-74.
constexpr double kNegligible = 1e-100;

// Mirror of the forward recursion for one state. Cell w of the window: what follows a segment that
// ends at w, relative to the running product; beyond the last reading it is 1, which makes the
// right-censoring exact.
class Endings {
 public:
  Endings(const HsmmTables& tables, Index j, Index steps)
      : range_(Possible(tables.pmf.col(j), tables.survivor.col(j))),
        count_(PaddedLength(range_.last - range_.first + 1)),
        window_(steps + range_.last, steps),
        pmf_(static_cast<std::size_t>(count_), 0),
        weighted_(pmf_) {
    for (Index u = range_.first; u <= range_.last; ++u) {
      const double p = tables.pmf(u - 1, j);
      if (p >= std::numeric_limits<double>::min())
        pmf_[static_cast<std::size_t>(u - range_.first)] = p;
    }
  }

  // Steps back to t, given the likelihood of the readings after t if a segment ends at t; returns
  // that of the readings from t on if a segment starts at t.
  WideDouble Back(WideDouble follow, WideDouble factor, Index t) {
    const Index end = t + range_.last;
    window_.Enter(follow, t, t, end);
    window_.Multiply(factor, t, end);
    double sum = kernels_.dot(FirstEnd(t), pmf_.data(), count_);
    if (sum > 0 && sum < SegmentWindow::kFoldBelow) sum *= window_.Fold(t, end);
    return window_.product() * sum;
  }

  // Counts the durations of segments that start at t, the time of the last Back().
  void Count(WideDouble start, Index t) {
    kernels_.add_scaled((start * window_.product()).ToDouble(), FirstEnd(t), weighted_.data(),
                        count_);
  }

  void AddDurations(Eigen::Ref<Eigen::VectorXd> durations) const {
    for (Index u = range_.first; u <= range_.last; ++u) {
      const auto k = static_cast<std::size_t>(u - range_.first);
      if (pmf_[k] > 0) durations(u - 1) += weighted_[k] * pmf_[k];
    }
  }

 private:
  const double* FirstEnd(Index t) { return window_.At(t + range_.first - 1); }

  const WindowKernels& kernels_ = Kernels();
  StayRange range_;
  Index count_;
  SegmentWindow window_;
  std::vector<double> pmf_;
  std::vector<double> weighted_;  // expected durations over pmf_
};

}  // namespace

ExpectedCounts ExpectCounts(const HsmmTables& tables, const Eigen::MatrixXd& log_density) {
  const ForwardMessages forward = Forward(tables, log_density);
  if (!std::isfinite(forward.log_likelihood)) {
    throw std::invalid_argument("the model gives a sequence no probability");
  }
  const Index steps = log_density.rows(), n = log_density.cols();
  const Index first_steps = std::min(steps, tables.first_pmf.rows());
  ExpectedCounts out{.log_likelihood = forward.log_likelihood,
                     .occupied = Eigen::MatrixXd::Zero(steps, n),
                     .durations = Eigen::MatrixXd::Zero(tables.pmf.rows(), n),
                     .successors = Eigen::MatrixXd::Zero(n, n),
                     .first_durations = Eigen::MatrixXd::Zero(tables.first_pmf.rows(), n)};
  std::vector<Endings> endings;
  for (Index j = 0; j < n; ++j) endings.emplace_back(tables, j, steps);

  // Likelihood of x from t on, given that a segment of j starts at t, over its predictive density.
  std::vector<WideDouble> ahead(static_cast<std::size_t>(n)), next(ahead);
  for (Index t = steps - 1; t >= 0; --t) {
    next.swap(ahead);
    for (Index j = 0; j < n; ++j) {
      // As `ahead`, from t + 1 on, given that a segment of j ends at t.
      WideDouble follow(t == steps - 1 ? 1 : 0);
      for (Index k = 0; k < n && t < steps - 1; ++k) {
        if (!(tables.transition(j, k) > 0)) continue;
        const WideDouble through = next[static_cast<std::size_t>(k)] * tables.transition(j, k);
        follow = follow + through;
        const double successor = (forward.end(t, j) * through).ToDouble();
        out.successors(j, k) += successor;
        out.occupied(t + 1, j) -= successor;
      }
      if (t < first_steps) {
        out.first_durations(t, j) =
            (forward.first(t, j) * tables.first_pmf(t, j) * follow).ToDouble();
      }
      Endings& state = endings[static_cast<std::size_t>(j)];
      const WideDouble from_here = state.Back(follow, forward.factor(t, j), t);
      ahead[static_cast<std::size_t>(j)] = from_here;
      const double starts = (forward.start(t, j) * from_here).ToDouble();
      out.occupied(t, j) += starts;
      if (starts > kNegligible) state.Count(forward.start(t, j), t);
    }
  }
  for (Index j = 0; j < n; ++j) {
    endings[static_cast<std::size_t>(j)].AddDurations(out.durations.col(j));
    for (Index u = steps; u < tables.first_pmf.rows(); ++u) {  // nothing follows these
      out.first_durations(u, j) = (forward.first(steps - 1, j) * tables.first_pmf(u, j)).ToDouble();
    }
    if (first_steps > 0) out.occupied(0, j) += out.first_durations.col(j).sum();
  }
  // A state gains the segments that start and loses those that end before.
  for (Index t = 1; t < steps; ++t) out.occupied.row(t) += out.occupied.row(t - 1);
  out.occupied = out.occupied.cwiseMax(0);
  return out;
}

}  // namespace edgesim
