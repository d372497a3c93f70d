#include "devices/hsmm_forward.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "devices/segment_window.h"

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
  if (model.starts_mid_stay) {
    tables.first_pmf = ResidualLife(tables.pmf);
    for (Eigen::Index j = 0; j < n; ++j) {  // what remains of a stay for ever is for ever
      if (!model.states[static_cast<std::size_t>(j)].duration)
        tables.first_pmf.col(j) = tables.pmf.col(j);
    }
    tables.first_survivor = Survivor(tables.first_pmf);
  }
  return tables;
}

Eigen::MatrixXd Survivor(const Eigen::MatrixXd& pmf) {
  Eigen::MatrixXd survivor = pmf;
  for (Eigen::Index u = pmf.rows() - 2; u >= 0; --u) survivor.row(u) += survivor.row(u + 1);
  return survivor;
}

Eigen::MatrixXd ResidualLife(const Eigen::MatrixXd& pmf) {
  Eigen::MatrixXd residual = Survivor(pmf);
  for (auto column : residual.colwise()) column /= column.sum();  // the mean of the stay
  return residual;
}

namespace {

using Eigen::Index;

// A column of the tables, youngest age last as in the window, with zeros in front to pad it.
std::vector<double> Reversed(const Eigen::Ref<const Eigen::VectorXd>& law) {
  std::vector<double> reversed(static_cast<std::size_t>(law.size() + kWindowLanes), 0);
  for (Index k = 0; k < law.size(); ++k) {
    const double p = law(law.size() - 1 - k);
    reversed[static_cast<std::size_t>(k + kWindowLanes)] =
        p >= std::numeric_limits<double>::min() ? p : 0;
  }
  return reversed;
}

// One state's live segments. Ages at which a stay cannot end need no sum with the pmf.
class LiveSegments {
 public:
  LiveSegments(const HsmmTables& tables, Index j, Index steps)
      : range_(Possible(tables.pmf.col(j), tables.survivor.col(j))),
        window_(steps, steps),
        pmf_(Reversed(tables.pmf.col(j).segment(range_.first - 1, Old(range_.last)))),
        survivor_(Reversed(tables.survivor.col(j).segment(range_.first - 1, Old(range_.last)))),
        young_survivor_(Reversed(tables.survivor.col(j).head(range_.first - 1))) {}

  void Enter(WideDouble start, Index t) { window_.Enter(start, t, Oldest(t), t + 1); }

  // Sets Mass() and End() for segments that entered up to t.
  void Sum(Index t) {
    const Index alive = t + 1 - Oldest(t), old = Old(alive);
    sums_ = {};
    if (old > 0) {
      const Index n = PaddedLength(old);
      sums_ =
          kernels_.two_dots(window_.At(Oldest(t) + old - n), End(pmf_) - n, End(survivor_) - n, n);
    }
    if (alive > old) {
      const Index n = PaddedLength(alive - old);
      sums_.second += kernels_.dot(window_.At(t + 1 - n), End(young_survivor_) - n, n);
    }
    if (sums_.second > 0 && sums_.second < SegmentWindow::kFoldBelow) {
      const double scale = window_.Fold(Oldest(t), t + 1);
      sums_.first *= scale;
      sums_.second *= scale;
    }
  }

  // All live segments read x_t.
  void Multiply(WideDouble factor, Index t) {
    if (factor.IsZero()) sums_ = {};
    window_.Multiply(factor, Oldest(t), t + 1);
  }

  WideDouble Ending() const { return window_.product() * sums_.first; }
  WideDouble Mass() const { return window_.product() * sums_.second; }

 private:
  static const double* End(const std::vector<double>& law) { return law.data() + law.size(); }
  Index Oldest(Index t) const { return std::max<Index>(0, t + 1 - range_.last); }
  // How many of the `alive` oldest are old enough to end.
  Index Old(Index alive) const { return std::max<Index>(0, alive - range_.first + 1); }

  const WindowKernels& kernels_ = Kernels();
  StayRange range_;
  SegmentWindow window_;
  std::vector<double> pmf_, survivor_;  // ages first .. last
  std::vector<double> young_survivor_;  // ages before
  TwoSums sums_;
};

}  // namespace

ForwardMessages Forward(const HsmmTables& tables, const Eigen::MatrixXd& log_density) {
  const Index steps = log_density.rows(), n = log_density.cols();
  const Index first_steps = std::min(steps, tables.first_pmf.rows());  // 0 if not left-censored
  ForwardMessages out{.log_likelihood = 0,
                      .start = WideTable(steps, n),
                      .end = WideTable(steps, n),
                      .factor = WideTable(steps, n),
                      .first = WideTable(first_steps, n)};
  std::vector<LiveSegments> live;
  for (Index j = 0; j < n; ++j) live.emplace_back(tables, j, steps);
  std::vector<WideDouble> first(static_cast<std::size_t>(n)), mass(first);
  for (Index j = 0; j < n; ++j) {
    (first_steps > 0 ? first[static_cast<std::size_t>(j)] : out.start(0, j)) =
        WideDouble(tables.initial(j));
  }
  for (Index t = 0; t < steps; ++t) {
    double shift =
        -std::numeric_limits<double>::infinity();  // largest density of a state that may be live
    for (Index j = 0; j < n; ++j) {
      const auto state = static_cast<std::size_t>(j);
      for (Index i = 0; t > 0 && i < n; ++i) {
        if (tables.transition(i, j) > 0) {
          out.start(t, j) = out.start(t, j) + out.end(t - 1, i) * tables.transition(i, j);
        }
      }
      live[state].Enter(out.start(t, j), t);
      live[state].Sum(t);
      mass[state] = live[state].Mass();
      if (t < first_steps) mass[state] = mass[state] + first[state] * tables.first_survivor(t, j);
      if (!mass[state].IsZero()) shift = std::max(shift, log_density(t, j));
    }
    WideDouble predictive;
    for (Index j = 0; j < n && std::isfinite(shift); ++j) {
      const auto state = static_cast<std::size_t>(j);
      if (mass[state].IsZero()) continue;
      out.factor(t, j) = WideDouble::Exp(log_density(t, j) - shift);
      predictive = predictive + mass[state] * out.factor(t, j);
    }
    if (predictive.IsZero()) {
      out.log_likelihood = -std::numeric_limits<double>::infinity();
      return out;
    }
    out.log_likelihood += predictive.Log() + shift;
    for (Index j = 0; j < n; ++j) {
      const auto state = static_cast<std::size_t>(j);
      out.factor(t, j) = out.factor(t, j) / predictive;
      live[state].Multiply(out.factor(t, j), t);
      out.end(t, j) = live[state].Ending();
      if (t >= first_steps) continue;
      first[state] = first[state] * out.factor(t, j);
      out.first(t, j) = first[state];
      out.end(t, j) = out.end(t, j) + first[state] * tables.first_pmf(t, j);
    }
  }
  return out;
}

}  // namespace edgesim
