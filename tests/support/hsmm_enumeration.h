// Every segmentation of a short sequence, one by one: likelihood, expected counts and best path of
// an HSMM without any recursion over time.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "devices/hsmm_forward.h"
#include "sim/rng.h"

namespace edgesim {

struct Enumeration {
  double log_likelihood = -std::numeric_limits<double>::infinity();
  Eigen::MatrixXd occupied, durations, successors, first_durations;
  double best_score = -std::numeric_limits<double>::infinity();
};

class Enumerator {
 public:
  Enumerator(const HsmmTables& tables, const Eigen::MatrixXd& log_density)
      : tables_(tables), log_density_(log_density) {
    Extend(0, 0);
  }

  Enumeration Result() const {
    const Eigen::Index n = log_density_.cols();
    Enumeration out{.occupied = Eigen::MatrixXd::Zero(log_density_.rows(), n),
                    .durations = Eigen::MatrixXd::Zero(tables_.pmf.rows(), n),
                    .successors = Eigen::MatrixXd::Zero(n, n),
                    .first_durations = Eigen::MatrixXd::Zero(tables_.first_pmf.rows(), n)};
    for (const Path& path : paths_) out.best_score = std::max(out.best_score, path.score);
    double sum = 0;
    for (const Path& path : paths_) sum += std::exp(path.score - out.best_score);
    out.log_likelihood = out.best_score + std::log(sum);
    for (const Path& path : paths_) Count(path, std::exp(path.score - out.log_likelihood), out);
    return out;
  }

  // The score of a given path; the last segment is as the path says.
  double BestScoreOf(const std::vector<int>& states) const {
    double best = -std::numeric_limits<double>::infinity();
    for (const Path& path : paths_) {
      std::vector<int> expanded;
      for (const Stay& stay : path.stays)
        expanded.insert(expanded.end(), static_cast<std::size_t>(stay.length),
                        static_cast<int>(stay.state));
      if (expanded == states) best = std::max(best, path.score);
    }
    return best;
  }

 private:
  struct Stay {
    Eigen::Index state, length;
  };
  struct Path {
    std::vector<Stay> stays;
    double score;
  };

  bool IsFirstOfCensored(std::size_t k) const { return k == 0 && tables_.first_pmf.size() > 0; }

  // All continuations of stays_, which cover the readings before t with the given score.
  void Extend(Eigen::Index t, double score) {
    const Eigen::Index steps = log_density_.rows();
    for (Eigen::Index j = 0; j < log_density_.cols(); ++j) {
      const double entry =
          stays_.empty() ? tables_.initial(j) : tables_.transition(stays_.back().state, j);
      const bool censored = IsFirstOfCensored(stays_.size());
      const Eigen::MatrixXd& pmf = censored ? tables_.first_pmf : tables_.pmf;
      const Eigen::MatrixXd& survivor = censored ? tables_.first_survivor : tables_.survivor;
      double readings = 0;
      for (Eigen::Index u = 1; u <= std::min(pmf.rows(), steps - t); ++u) {
        readings += log_density_(t + u - 1, j);
        const bool last = t + u == steps;
        const double next =
            score + readings + std::log(entry) + std::log((last ? survivor : pmf)(u - 1, j));
        if (!std::isfinite(next)) continue;
        stays_.push_back({j, u});
        if (last) {
          paths_.push_back({stays_, next});
        } else {
          Extend(t + u, next);
        }
        stays_.pop_back();
      }
    }
  }

  void Count(const Path& path, double weight, Enumeration& out) const {
    Eigen::Index t = 0;
    for (std::size_t k = 0; k < path.stays.size(); ++k) {
      const auto [state, length] = path.stays[k];
      out.occupied.col(state).segment(t, length).array() += weight;
      t += length;
      const bool censored = IsFirstOfCensored(k);
      const Eigen::MatrixXd& pmf = censored ? tables_.first_pmf : tables_.pmf;
      Eigen::MatrixXd& durations = censored ? out.first_durations : out.durations;
      if (k + 1 < path.stays.size()) {
        durations(length - 1, state) += weight;
        out.successors(state, path.stays[k + 1].state) += weight;
      } else {
        const Eigen::Index longer = pmf.rows() - length + 1;
        const Eigen::VectorXd tail = pmf.col(state).tail(longer);
        durations.col(state).tail(longer) += weight * tail / tail.sum();
      }
    }
  }

  const HsmmTables& tables_;
  const Eigen::MatrixXd& log_density_;
  std::vector<Stay> stays_;
  std::vector<Path> paths_;
};

struct SmallModel {
  HsmmTables tables;
  Eigen::MatrixXd log_density;
};

// Up to 3 states, 9 readings, stays of up to 6; a third of the probabilities are 0, and some log
// densities are -infinity. Every other one is left-censored.
inline SmallModel DrawSmallModel(std::uint32_t index, double log_density_range) {
  WordStream words = Noise{.seed = 2026, .episode = index}.Words(Stream::kRail);
  const auto below = [&](int bound) { return static_cast<Eigen::Index>(Uniform01(words) * bound); };
  const auto law = [&](Eigen::Index size) {
    Eigen::VectorXd p(size);
    for (double& x : p) x = Uniform01(words) < 1.0 / 3 ? 0 : Uniform01(words);
    if (p.sum() == 0) p(below(static_cast<int>(size))) = 1;
    return Eigen::VectorXd(p / p.sum());
  };
  const Eigen::Index n = 1 + below(3), steps = 1 + below(9), longest = 1 + below(6);
  SmallModel model{.tables = {.initial = law(n),
                              .transition = Eigen::MatrixXd::Zero(n, n),
                              .pmf = Eigen::MatrixXd(longest, n),
                              .survivor = {}},
                   .log_density = Eigen::MatrixXd(steps, n)};
  for (Eigen::Index j = 0; j < n; ++j) {
    if (n > 1) {
      const Eigen::VectorXd next = law(n - 1);
      for (Eigen::Index k = 0; k < n; ++k)
        if (k != j) model.tables.transition(j, k) = next(k < j ? k : k - 1);
    }
    model.tables.pmf.col(j) = law(longest);
  }
  model.tables.survivor = Survivor(model.tables.pmf);
  if (index % 2 == 1) {
    model.tables.first_pmf = index % 4 == 1 ? ResidualLife(model.tables.pmf) : model.tables.pmf;
    if (index % 4 == 3)
      for (auto column : model.tables.first_pmf.colwise()) column = law(longest);
    model.tables.first_survivor = Survivor(model.tables.first_pmf);
  }
  for (double& x : model.log_density.reshaped()) {
    x = Uniform01(words) < 0.05 ? -std::numeric_limits<double>::infinity()
                                : 2 - log_density_range * Uniform01(words);
  }
  return model;
}

}  // namespace edgesim
