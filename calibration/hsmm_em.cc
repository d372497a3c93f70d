#include "calibration/hsmm_em.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "calibration/duration_fit.h"
#include "calibration/hsmm_expect.h"
#include "devices/hsmm_forward.h"

namespace edgesim {

using Eigen::Index;

namespace {

class Fitter {
 public:
  Fitter(const Hsmm& start, double level_sd_w, const std::vector<std::vector<double>>& sequences,
         const EmOptions& options)
      : model_(start),
        sequences_(sequences),
        options_(options),
        tau_(level_sd_w),
        level_(sequences.size(), 0.0) {
    Validate(start);
    for (const auto& sequence : sequences) {
      longest_ = std::max(longest_, static_cast<int>(sequence.size()) + 1);
      for (const double x : sequence) readings_ += !std::isnan(x);
    }
  }

  HsmmFit Run() {
    HsmmFit fit;
    double last = -std::numeric_limits<double>::infinity();
    for (fit.iterations = 1;; ++fit.iterations) {
      const double log_likelihood = Iterate();
      fit.converged = log_likelihood - last < options_.tolerance * std::abs(log_likelihood);
      if (fit.converged || fit.iterations >= options_.max_iterations) break;
      last = log_likelihood;
    }
    fit.log_likelihood = LogLikelihoodNow();
    fit.model = model_;
    fit.level_sd_w = tau_;
    fit.level_w = level_;
    fit.parameters = CountParameters();
    fit.bic = fit.parameters * std::log(static_cast<double>(readings_)) - 2 * fit.log_likelihood;
    return fit;
  }

 private:
  Index States() const { return static_cast<Index>(model_.states.size()); }
  HsmmState& State(Index j) { return model_.states[static_cast<std::size_t>(j)]; }

  double LogLikelihoodNow() const {
    const HsmmTables tables = MakeTables(model_, longest_);
    double sum = 0;
    for (std::size_t i = 0; i < sequences_.size(); ++i) {
      sum += Forward(tables, LogDensity(model_, sequences_[i], level_[i], options_.outlier_weight))
                 .log_likelihood;
    }
    return sum;
  }

  // One E-step over all sequences and one M-step; returns the log-likelihood before it.
  double Iterate() {
    const HsmmTables tables = MakeTables(model_, longest_);
    std::vector<ExpectedCounts> counts;
    for (std::size_t i = 0; i < sequences_.size(); ++i) {
      counts.push_back(ExpectCounts(
          tables, LogDensity(model_, sequences_[i], level_[i], options_.outlier_weight)));
    }
    std::vector<double> level_variance(sequences_.size(), 0.0);
    if (tau_ > 0) UpdateLevels(counts, level_variance);
    UpdateEmissions(counts, level_variance);
    UpdatePath(counts);
    double log_likelihood = 0;
    for (const ExpectedCounts& c : counts) log_likelihood += c.log_likelihood;
    return log_likelihood;
  }

  // Posterior of each sequence's level given the state posteriors; then its mean goes into the
  // states, or the levels would drift off together.
  void UpdateLevels(const std::vector<ExpectedCounts>& counts, std::vector<double>& variance) {
    double mean = 0, second_moment = 0;
    for (std::size_t i = 0; i < sequences_.size(); ++i) {
      double precision = 1 / (tau_ * tau_), pull = 0;
      for (Index j = 0; j < States(); ++j) {
        const HsmmState& state = State(j);
        if (!state.takes_level) continue;
        for (std::size_t t = 0; t < sequences_[i].size(); ++t) {
          if (std::isnan(sequences_[i][t])) continue;
          const double w = counts[i].occupied(static_cast<Index>(t), j) / (state.sd_w * state.sd_w);
          precision += w;
          pull += w * (sequences_[i][t] - state.mean_w);
        }
      }
      level_[i] = pull / precision;
      variance[i] = 1 / precision;
      mean += level_[i] / static_cast<double>(sequences_.size());
    }
    for (std::size_t i = 0; i < sequences_.size(); ++i) {
      level_[i] -= mean;
      second_moment +=
          (level_[i] * level_[i] + variance[i]) / static_cast<double>(sequences_.size());
    }
    tau_ = std::sqrt(second_moment);
  }

  void UpdateEmissions(const std::vector<ExpectedCounts>& counts,
                       const std::vector<double>& level_variance) {
    for (Index j = 0; j < States(); ++j) {
      HsmmState& state = State(j);
      const auto for_each = [&](auto&& visit) {
        for (std::size_t i = 0; i < sequences_.size(); ++i) {
          const double level = state.takes_level ? level_[i] : 0;
          for (std::size_t t = 0; t < sequences_[i].size(); ++t) {
            const double x = sequences_[i][t];
            if (!std::isnan(x)) visit(counts[i].occupied(static_cast<Index>(t), j), x - level, i);
          }
        }
      };
      double weight = 0, sum = 0, squares = 0;
      for_each([&](double w, double x, std::size_t) {
        weight += w;
        sum += w * x;
      });
      if (weight < 1e-6) continue;  // nothing is known of a state no sequence visits
      state.mean_w = sum / weight;
      for_each([&](double w, double x, std::size_t i) {
        squares += w * ((x - state.mean_w) * (x - state.mean_w) +
                        (state.takes_level ? level_variance[i] : 0));
      });
      const double prior = options_.prior_weight * options_.prior_sd_w * options_.prior_sd_w;
      state.sd_w = std::max(options_.floor_sd_w,
                            std::sqrt((squares + prior) / (weight + options_.prior_weight)));
    }
  }

  void UpdatePath(const std::vector<ExpectedCounts>& counts) {
    const Index n = States();
    Eigen::VectorXd initial = Eigen::VectorXd::Zero(n);
    Eigen::MatrixXd durations = Eigen::MatrixXd::Zero(longest_, n),
                    successors = Eigen::MatrixXd::Zero(n, n);
    for (const ExpectedCounts& c : counts) {
      initial += c.occupied.row(0).transpose();
      durations += c.durations;
      successors += c.successors;
    }
    model_.initial = initial / initial.sum();
    for (Index j = 0; j < n; ++j) {
      HsmmState& state = State(j);
      if (!state.duration) continue;
      if (successors.row(j).sum() > 1e-6)
        model_.transition.row(j) = successors.row(j) / successors.row(j).sum();
      if (durations.col(j).sum() > 1e-6) {
        state.duration = FitGammaDuration(durations.col(j), model_.interval_s, *state.duration);
      }
    }
  }

  int CountParameters() const {
    int count = tau_ > 0 ? 1 : 0;
    for (Index j = 0; j < States(); ++j) {
      const HsmmState& state = model_.states[static_cast<std::size_t>(j)];
      count += 2 + (state.duration ? 2 : 0);
      const auto open = static_cast<int>((model_.transition.row(j).array() > 0).count());
      count += std::max(0, open - 1);
    }
    return count + std::max(0, static_cast<int>((model_.initial.array() > 0).count()) - 1);
  }

  Hsmm model_;
  const std::vector<std::vector<double>>& sequences_;
  EmOptions options_;
  double tau_;
  std::vector<double> level_;
  int longest_ = 0;
  std::size_t readings_ = 0;
};

}  // namespace

HsmmFit FitHsmm(const Hsmm& start, double level_sd_w,
                const std::vector<std::vector<double>>& sequences, const EmOptions& options) {
  return Fitter(start, level_sd_w, sequences, options).Run();
}

}  // namespace edgesim
