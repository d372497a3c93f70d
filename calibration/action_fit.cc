#include "calibration/action_fit.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "devices/hsmm_forward.h"
#include "sim/stats.h"

namespace edgesim {

namespace {

using Assignment = std::vector<std::size_t>;

RailSequences Subset(const RailSequences& all, const Assignment& request_class, std::size_t k) {
  RailSequences some = all;
  some.watts.clear();
  for (std::size_t i = 0; i < all.watts.size(); ++i) {
    if (request_class[i] == k) some.watts.push_back(all.watts[i]);
  }
  return some;
}

bool LargeEnough(const Assignment& request_class, std::size_t classes) {
  for (std::size_t k = 0; k < classes; ++k) {
    if (std::count(request_class.begin(), request_class.end(), k) <
        static_cast<std::ptrdiff_t>(kLeastRequests))
      return false;
  }
  return true;
}

// Mean of the readings between two times, NaN where there are none.
double MeanBetween(const std::vector<double>& x, double interval_s, double from_s, double to_s) {
  double sum = 0, n = 0;
  for (std::size_t t = 0; t < x.size(); ++t) {
    const double at = (static_cast<double>(t) + 0.5) * interval_s;
    if (at < from_s || at > to_s || std::isnan(x[t])) continue;
    sum += x[t];
    ++n;
  }
  return sum / n;
}

// Splits by one figure per request: k-means in one dimension from quantile centres. Requests
// without the figure go to the largest class.
Assignment SplitBy(const std::vector<double>& figure, std::size_t classes) {
  std::vector<double> sorted;
  for (const double f : figure) {
    if (!std::isnan(f)) sorted.push_back(f);
  }
  Assignment result(figure.size(), 0);
  if (sorted.size() < classes) return result;
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> centre;
  for (std::size_t k = 0; k < classes; ++k) {
    centre.push_back(
        Quantile(sorted, (static_cast<double>(k) + 0.5) / static_cast<double>(classes)));
  }
  constexpr int kRounds = 50;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> sum(classes, 0), n(classes, 0);
    for (std::size_t i = 0; i < figure.size(); ++i) {
      if (std::isnan(figure[i])) continue;
      for (std::size_t k = 0; k < classes; ++k) {
        if (std::abs(figure[i] - centre[k]) < std::abs(figure[i] - centre[result[i]]))
          result[i] = k;
      }
      sum[result[i]] += figure[i];
      ++n[result[i]];
    }
    for (std::size_t k = 0; k < classes; ++k) centre[k] = n[k] > 0 ? sum[k] / n[k] : centre[k];
  }
  return result;
}

// Fits given classes and moves requests between them until they stay (classification EM).
class ClassFitter {
 public:
  ClassFitter(const ActionData& data, const std::vector<ModelSpec>& specs, FitControl control)
      : data_(data), specs_(specs), control_(control) {}

  ActionFit Fit(Assignment request_class, std::size_t classes) const {
    ActionFit fit;
    constexpr int kRounds = 6;
    for (int round = 0;; ++round) {
      fit = FitOnce(request_class, classes, round == 0 ? nullptr : &fit);
      if (classes == 1 || round == kRounds) return fit;
      const Assignment next = Reassign(fit);
      if (next == request_class || !LargeEnough(next, classes)) return fit;
      request_class = next;
    }
  }

  ActionFit FitOnce(const Assignment& request_class, std::size_t classes,
                    const ActionFit* start) const {
    ActionFit fit{.classes = classes, .request_class = request_class, .rails = {}, .class_bic = {}};
    for (std::size_t r = 0; r < specs_.size(); ++r) {
      RailFit& rail = fit.rails.emplace_back(RailFit{.spec = specs_[r], .classes = {}});
      const std::size_t own = specs_[r].max_classes > 1 ? classes : 1;
      if (own == 1 && start != nullptr) {
        rail = start->rails[r];
        continue;
      }
      for (std::size_t k = 0; k < own; ++k) {
        const RailSequences some =
            own == 1 ? data_.rails[r] : Subset(data_.rails[r], request_class, k);
        rail.classes.push_back(
            start == nullptr ? FitRail(specs_[r], some, control_)
                             : RefitRail(start->rails[r].classes[k], specs_[r], some, control_));
      }
    }
    return fit;
  }

  // Twice the description length: that of the rails with classes and of the seconds per token.
  double Bic(const ActionFit& fit) const {
    double log_likelihood = 0, parameters = 0, readings = 0;
    for (std::size_t r = 0; r < specs_.size(); ++r) {
      if (specs_[r].max_classes == 1) continue;
      for (const HsmmFit& f : fit.rails[r].classes) {
        log_likelihood += f.log_likelihood;
        parameters += f.parameters;
        readings += static_cast<double>(f.readings);
      }
    }
    const ClassLatency latency = fit.Latency(data_.seconds_per_token);
    for (std::size_t i = 0; i < fit.request_class.size(); ++i)
      log_likelihood += latency.LogJoint(fit.request_class[i], data_.seconds_per_token[i]);
    parameters += 3 * static_cast<double>(fit.classes) - 1;
    return parameters * std::log(readings) - 2 * log_likelihood;
  }

 private:
  Assignment Reassign(const ActionFit& fit) const {
    const ClassLatency latency = fit.Latency(data_.seconds_per_token);
    Assignment next(fit.request_class.size(), 0);
    for (std::size_t i = 0; i < next.size(); ++i) {
      double best = -std::numeric_limits<double>::infinity();
      for (std::size_t k = 0; k < fit.classes; ++k) {
        double score = latency.LogJoint(k, data_.seconds_per_token[i]);
        for (std::size_t r = 0; r < specs_.size(); ++r) {
          if (fit.rails[r].classes.size() < 2) continue;
          const HsmmFit& f = fit.rails[r].classes[k];
          const std::vector<double>& x = data_.rails[r].watts[i];
          const double level = EstimateLevel(f.model, f.level_sd_w, x, control_.em);
          score += Forward(MakeTables(f.model, static_cast<int>(x.size()) + 1),
                           LogDensity(f.model, x, level, control_.em.outlier_weight))
                       .log_likelihood;
        }
        if (score > best) {
          best = score;
          next[i] = k;
        }
      }
    }
    return next;
  }

  const ActionData& data_;
  const std::vector<ModelSpec>& specs_;
  FitControl control_;
};

}  // namespace

double ActionFit::LogLikelihood() const {
  double sum = 0;
  for (const RailFit& rail : rails) {
    for (const HsmmFit& fit : rail.classes) sum += fit.log_likelihood;
  }
  return sum;
}

int ActionFit::Parameters() const {
  int sum = static_cast<int>(classes) - 1;
  for (const RailFit& rail : rails) {
    for (const HsmmFit& fit : rail.classes) sum += fit.parameters;
  }
  return sum;
}

ClassLatency ActionFit::Latency(const std::vector<double>& seconds_per_token) const {
  return {seconds_per_token, request_class, classes};
}

// The shared part is the leading eigenvector of the correlation matrix of the fitted levels. For
// two rails it explains exactly their correlation.
std::vector<RailPowerModel> ActionFit::PowerModels() const {
  const auto n = static_cast<Eigen::Index>(rails.size());
  const auto requests = static_cast<Eigen::Index>(request_class.size());
  Eigen::MatrixXd levels(requests, n);
  for (Eigen::Index r = 0; r < n; ++r) {
    const RailFit& rail = rails[static_cast<std::size_t>(r)];
    std::vector<std::size_t> taken(rail.classes.size(), 0);
    for (Eigen::Index i = 0; i < requests; ++i) {
      const std::size_t k =
          rail.classes.size() == 1 ? 0 : request_class[static_cast<std::size_t>(i)];
      const HsmmFit& fit = rail.classes[k];
      levels(i, r) = fit.level_sd_w > 0 ? fit.level_w[taken[k]++] / fit.level_sd_w : 0;
    }
    levels.col(r).array() -= levels.col(r).mean();
    const double norm = levels.col(r).norm();
    if (norm > 0) levels.col(r) /= norm;
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(levels.transpose() * levels);
  const double largest = solver.eigenvalues()(n - 1);
  const double rest = n > 1 ? solver.eigenvalues().head(n - 1).mean() : largest;
  // The eigenvector's sign is arbitrary; the first rail's loading is taken as positive.
  const double sign = solver.eigenvectors()(0, n - 1) < 0 ? -1 : 1;
  std::vector<RailPowerModel> models;
  for (Eigen::Index r = 0; r < n; ++r) {
    RailPowerModel& model = models.emplace_back();
    const double loading = std::clamp(
        solver.eigenvectors()(r, n - 1) * std::sqrt(std::max(0.0, largest - rest)), -1.0, 1.0);
    for (const HsmmFit& fit : rails[static_cast<std::size_t>(r)].classes) {
      const double tau = fit.level_sd_w;
      model.classes.push_back({.hsmm = fit.model,
                               .level = {.shared_w = sign * loading * tau,
                                         .own_w = tau * std::sqrt(1 - loading * loading)}});
    }
  }
  return models;
}

ActionFit FitAction(const ActionData& data, const std::vector<ModelSpec>& specs,
                    const FitControl& control) {
  const ClassFitter fitter(data, specs, control);
  const std::size_t requests = data.seconds_per_token.size();
  ActionFit best = fitter.Fit(Assignment(requests, 0), 1);
  std::size_t most = 1;
  for (const ModelSpec& spec : specs)
    most = std::max(most, static_cast<std::size_t>(spec.max_classes));
  if (most == 1) return best;
  // Which requests belong together shows without restarts; the classes found are fitted with them.
  FitControl once = control;
  once.restarts = 1;
  const ClassFitter quick(data, specs, once);
  double best_bic = quick.Bic(quick.Fit(Assignment(requests, 0), 1));
  std::vector<double> class_bic = {best_bic};
  for (std::size_t classes = 2; classes <= most; ++classes) {
    std::vector<std::vector<double>> figures = {data.seconds_per_token};
    for (std::size_t r = 0; r < specs.size(); ++r) {
      if (specs[r].max_classes == 1) continue;
      const RailSequences& rail = data.rails[r];
      // Early and late course: kinds of requests differ in how they settle or where.
      constexpr double kFrom_s = 0.8, kTo_s = 2.7, kEver = 1e9;
      std::vector<double> early, late;
      for (const auto& x : rail.watts) {
        early.push_back(MeanBetween(x, rail.interval_s, kFrom_s, kTo_s));
        late.push_back(MeanBetween(x, rail.interval_s, kTo_s, kEver));
      }
      figures.push_back(std::move(early));
      figures.push_back(std::move(late));
    }
    double bic = std::numeric_limits<double>::infinity();
    ActionFit candidate;
    for (const std::vector<double>& figure : figures) {
      const Assignment split = SplitBy(figure, classes);
      if (!LargeEnough(split, classes)) continue;
      ActionFit fit = quick.Fit(split, classes);
      const double b = quick.Bic(fit);
      if (b >= bic) continue;
      bic = b;
      candidate = std::move(fit);
    }
    class_bic.push_back(bic);
    if (bic < best_bic) {
      best_bic = bic;
      best = std::move(candidate);
    }
  }
  if (best.classes > 1) best = fitter.FitOnce(best.request_class, best.classes, nullptr);
  best.class_bic = std::move(class_bic);
  return best;
}

ActionFit RefitAction(const ActionFit& start, const ActionData& data,
                      const std::vector<std::size_t>& request_class, const FitControl& control) {
  ActionFit fit{.classes = start.classes,
                .request_class = request_class,
                .rails = {},
                .class_bic = start.class_bic};
  for (std::size_t r = 0; r < start.rails.size(); ++r) {
    const RailFit& from = start.rails[r];
    RailFit& rail = fit.rails.emplace_back(RailFit{.spec = from.spec, .classes = {}});
    for (std::size_t k = 0; k < from.classes.size(); ++k) {
      rail.classes.push_back(RefitRail(
          from.classes[k], from.spec,
          from.classes.size() == 1 ? data.rails[r] : Subset(data.rails[r], request_class, k),
          control));
    }
  }
  return fit;
}

}  // namespace edgesim
