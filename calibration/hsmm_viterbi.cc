#include "calibration/hsmm_viterbi.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "devices/segment_window.h"

namespace edgesim {
namespace {

using Eigen::Index;
constexpr double kNever = -std::numeric_limits<double>::infinity();

// One state's live segments, each scored without the readings since the last Rebase().
class LiveScores {
 public:
  LiveScores(const HsmmTables& tables, Index j, Index steps)
      : range_(Possible(tables.pmf.col(j), tables.survivor.col(j))),
        cells_(static_cast<std::size_t>(steps + kWindowLanes), kNever),
        log_pmf_(static_cast<std::size_t>(kWindowLanes + range_.last - range_.first + 1), kNever) {
    for (Index u = range_.first; u <= range_.last; ++u) {  // youngest last, as in the window
      log_pmf_[static_cast<std::size_t>(kWindowLanes + range_.last - u)] =
          std::log(tables.pmf(u - 1, j));
    }
  }

  // A segment enters at t and all live ones read x_t; the best score of one that ends at t.
  double Read(double start, double log_density, Index t) {
    const Index oldest = std::max<Index>(0, t + 1 - range_.last);
    *At(t) = start - sum_;
    if (log_density == kNever) {
      std::fill(At(oldest), At(t + 1), kNever);
    } else {
      sum_ += log_density;
      if (sum_ < -kLargestSum) {
        std::for_each(At(oldest), At(t + 1), [&](double& score) { score += sum_; });
        sum_ = 0;
      }
    }
    const Index old = t + 1 - oldest - range_.first + 1;
    if (old <= 0) return kNever;
    const Index n = PaddedLength(old);
    return sum_ + kernels_.max_plus(At(oldest + old - n), log_pmf_.data() + log_pmf_.size() - n, n);
  }

 private:
  // Scores stay this small, or differences between them would drown in rounding.
  static constexpr double kLargestSum = 1e4;

  double* At(Index t) { return cells_.data() + kWindowLanes + t; }

  const WindowKernels& kernels_ = Kernels();
  StayRange range_;
  std::vector<double> cells_, log_pmf_;
  double sum_ = 0;
};

// log densities relative to the best state's at each time, and the sum of what that takes off.
struct Relative {
  Eigen::MatrixXd log_density;
  double taken_off = 0;
};

Relative MakeRelative(const Eigen::MatrixXd& log_density) {
  Relative relative{.log_density = log_density};
  double lost = 0;  // Neumaier's compensation: scores of 200 000 readings keep their digits
  for (Index t = 0; t < log_density.rows(); ++t) {
    const double best = log_density.row(t).maxCoeff();
    if (!std::isfinite(best)) continue;  // impossible, which the recursion finds
    relative.log_density.row(t).array() -= best;
    const double sum = relative.taken_off + best;
    lost += std::abs(relative.taken_off) >= std::abs(best) ? (relative.taken_off - sum) + best
                                                           : (best - sum) + relative.taken_off;
    relative.taken_off = sum;
  }
  relative.taken_off += lost;
  return relative;
}

struct Segment {
  Index state = -1, start = 0;
  double score = kNever;
};

class Backtracker {
 public:
  Backtracker(const HsmmTables& tables, const Eigen::MatrixXd& log_density,
              const Eigen::MatrixXd& start)
      : tables_(tables), log_density_(log_density), start_(start) {}

  // The best segment of state j that lasts until t, with the stay's law given by the tables.
  Segment Best(Index t, Index j, const Eigen::MatrixXd& law,
               const Eigen::MatrixXd& first_law) const {
    Segment best{.state = j};
    const Index longest = std::min(t + 1, std::max(law.rows(), first_law.rows()));
    double sum = 0;
    for (Index u = 1; u <= longest; ++u) {
      const Index s = t - u + 1;
      sum += log_density_(s, j);
      if (sum == kNever) break;
      if (u <= law.rows()) Offer(start_(s, j) + sum + std::log(law(u - 1, j)), s, best);
      if (s == 0 && u <= first_law.rows()) {
        Offer(std::log(tables_.initial(j)) + sum + std::log(first_law(u - 1, j)), s, best);
      }
    }
    return best;
  }

 private:
  static void Offer(double score, Index s, Segment& best) {
    if (score > best.score) {
      best.score = score;
      best.start = s;
    }
  }

  const HsmmTables& tables_;
  const Eigen::MatrixXd& log_density_;
  const Eigen::MatrixXd& start_;
};

}  // namespace

std::vector<int> ViterbiPath(const HsmmTables& tables, const Eigen::MatrixXd& log_density,
                             double* log_score) {
  const Index steps = log_density.rows(), n = log_density.cols();
  const Index first_steps = std::min(steps, tables.first_pmf.rows());  // 0 if not left-censored
  const Relative relative = MakeRelative(log_density);
  const Eigen::MatrixXd log_transition = tables.transition.array().log();
  Eigen::MatrixXd start = Eigen::MatrixXd::Constant(steps, n, kNever), end = start;
  Eigen::VectorXd first = tables.initial.array().log();  // of first segments until now
  if (first_steps == 0) start.row(0) = first.transpose();
  std::vector<LiveScores> live;
  for (Index j = 0; j < n; ++j) live.emplace_back(tables, j, steps);
  for (Index t = 0; t < steps; ++t) {
    for (Index j = 0; j < n; ++j) {
      for (Index i = 0; t > 0 && i < n; ++i)
        start(t, j) = std::max(start(t, j), end(t - 1, i) + log_transition(i, j));
      end(t, j) =
          live[static_cast<std::size_t>(j)].Read(start(t, j), relative.log_density(t, j), t);
      if (t >= first_steps) continue;
      first(j) += relative.log_density(t, j);
      end(t, j) = std::max(end(t, j), first(j) + std::log(tables.first_pmf(t, j)));
    }
  }

  // No back-pointers: the best stay is found again at each boundary of the path.
  const Backtracker backtracker(tables, relative.log_density, start);
  Segment segment;
  for (Index j = 0; j < n; ++j) {
    const Segment last = backtracker.Best(steps - 1, j, tables.survivor, tables.first_survivor);
    if (last.score > segment.score) segment = last;
  }
  if (segment.state < 0) throw std::invalid_argument("the model gives a sequence no probability");
  if (log_score != nullptr) *log_score = segment.score + relative.taken_off;
  std::vector<int> path(static_cast<std::size_t>(steps));
  Index until = steps;
  for (;;) {
    std::fill(path.begin() + segment.start, path.begin() + until, static_cast<int>(segment.state));
    if (segment.start == 0) return path;
    until = segment.start;
    Index before = 0;
    (end.row(until - 1).transpose() + log_transition.col(segment.state)).maxCoeff(&before);
    segment = backtracker.Best(until - 1, before, tables.pmf, tables.first_pmf);
  }
}

}  // namespace edgesim
