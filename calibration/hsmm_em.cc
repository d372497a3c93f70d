#include "calibration/hsmm_em.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "calibration/duration_fit.h"
#include "calibration/hsmm_expect.h"
#include "calibration/in_parallel.h"

namespace edgesim {

using Eigen::Index;

namespace {

constexpr double kLeastCount = 1e-6;

// Posterior mean and variance of a level N(0, tau^2) given the states.
struct LevelPosterior {
  double mean_w = 0, variance = 0;
};
LevelPosterior PosteriorLevel(const Hsmm& model, double tau, const std::vector<double>& sequence,
                              const Eigen::MatrixXd& occupied) {
  double precision = 1 / (tau * tau), pull = 0;
  for (std::size_t j = 0; j < model.states.size(); ++j) {
    if (!model.states[j].takes_level) continue;
    for (std::size_t t = 0; t < sequence.size(); ++t) {
      if (std::isnan(sequence[t]) || (t == 0 && model.first_reading)) continue;
      const LevelEvidence evidence =
          EvidenceForLevel(model.states[j], sequence[t], t > 0 ? sequence[t - 1] : NAN);
      const double w = evidence.precision * occupied(static_cast<Index>(t), static_cast<Index>(j));
      precision += w;
      pull += w * evidence.level_w;
    }
  }
  return {.mean_w = pull / precision, .variance = 1 / precision};
}

class Fitter {
 public:
  Fitter(const Hsmm& start, double level_sd_w, const std::vector<std::vector<double>>& sequences,
         const EmOptions& options)
      : model_(start),
        sequences_(sequences),
        options_(options),
        tau_(level_sd_w),
        levels_(sequences.size()),
        longest_(options.longest_stay),
        tail_(options.longest_stay > 0 ? Tail::kRenormalise : Tail::kLastCell) {
    Validate(start);
    for (const auto& sequence : sequences) {
      if (options.longest_stay == 0)
        longest_ = std::max(longest_, static_cast<int>(sequence.size()) + 1);
      for (const double x : sequence) readings_ += !std::isnan(x);
    }
  }

  HsmmFit Run() {
    HsmmFit fit;
    double last = -std::numeric_limits<double>::infinity();
    for (fit.iterations = 1;; ++fit.iterations) {
      if (options_.checkpoint) options_.checkpoint();
      const double log_likelihood = Iterate();
      fit.course.push_back(log_likelihood);
      fit.converged = log_likelihood - last < options_.tolerance * std::abs(log_likelihood);
      if (fit.converged || fit.iterations >= options_.max_iterations) break;
      last = log_likelihood;
    }
    const HsmmTables tables = MakeTables(model_, longest_, tail_);
    for (std::size_t i = 0; i < sequences_.size(); ++i)
      fit.log_likelihood += Forward(tables, Density(i)).log_likelihood;
    fit.model = model_;
    fit.level_sd_w = tau_;
    for (const LevelPosterior& level : levels_) fit.level_w.push_back(level.mean_w);
    fit.readings = readings_;
    fit.parameters = CountParameters(model_, tau_ > 0);
    fit.bic = fit.parameters * std::log(static_cast<double>(readings_)) - 2 * fit.log_likelihood;
    return fit;
  }

 private:
  Index States() const { return static_cast<Index>(model_.states.size()); }
  HsmmState& State(Index j) { return model_.states[static_cast<std::size_t>(j)]; }
  Eigen::MatrixXd Density(std::size_t i) const {
    return LogDensity(model_, sequences_[i], levels_[i].mean_w, options_.outlier_weight);
  }

  // One E-step over all sequences and one M-step; returns the log-likelihood before it.
  double Iterate() {
    const HsmmTables tables = MakeTables(model_, longest_, tail_);
    std::vector<ExpectedCounts> counts(sequences_.size());
    InParallel(counts.size(), [&](std::size_t i) { counts[i] = ExpectCounts(tables, Density(i)); });
    double log_likelihood = 0;
    for (const ExpectedCounts& c : counts) log_likelihood += c.log_likelihood;
    if (tau_ > 0) UpdateLevels(counts);
    InParallel(model_.states.size(),
               [&](std::size_t j) { UpdateEmission(counts, static_cast<Index>(j)); });
    UpdatePath(counts);
    return log_likelihood;
  }

  // The mean of the posteriors goes into the states, or the levels would drift off together.
  void UpdateLevels(const std::vector<ExpectedCounts>& counts) {
    double mean = 0, second_moment = 0;
    const auto n = static_cast<double>(sequences_.size());
    for (std::size_t i = 0; i < sequences_.size(); ++i) {
      levels_[i] = PosteriorLevel(model_, tau_, sequences_[i], counts[i].occupied);
      mean += levels_[i].mean_w / n;
    }
    for (LevelPosterior& level : levels_) {
      level.mean_w -= mean;
      second_moment += (level.mean_w * level.mean_w + level.variance) / n;
    }
    tau_ = std::sqrt(second_moment);
  }

  void UpdateEmission(const std::vector<ExpectedCounts>& counts, Index j) {
    HsmmState& state = State(j);
    std::vector<WeightedReading> readings;
    for (std::size_t i = 0; i < sequences_.size(); ++i) {
      const std::vector<double>& x = sequences_[i];
      const LevelPosterior level = state.takes_level ? levels_[i] : LevelPosterior{};
      for (std::size_t t = model_.first_reading ? 1 : 0; t < x.size(); ++t) {
        const double weight = counts[i].occupied(static_cast<Index>(t), j);
        if (std::isnan(x[t]) || weight <= 0) continue;
        readings.push_back({.weight = weight,
                            .watts = x[t] - level.mean_w,
                            .before = t > 0 ? x[t - 1] - level.mean_w : NAN,
                            .level_variance = level.variance});
      }
    }
    FitEmission(readings, options_.emission, state);
  }

  void UpdatePath(const std::vector<ExpectedCounts>& counts) {
    const Index n = States();
    Eigen::VectorXd initial = Eigen::VectorXd::Zero(n);
    Eigen::MatrixXd whole = Eigen::MatrixXd::Zero(longest_, n), remaining = whole,
                    successors = Eigen::MatrixXd::Zero(n, n);
    for (const ExpectedCounts& c : counts) {
      initial += c.occupied.row(0).transpose();
      whole += c.durations;
      if (c.first_durations.size() > 0) remaining += c.first_durations;
      successors += c.successors;
    }
    InParallel(model_.states.size(), [&](std::size_t k) {
      const auto j = static_cast<Index>(k);
      HsmmState& state = State(j);
      if (!state.duration) return;
      if (successors.row(j).sum() > kLeastCount)
        model_.transition.row(j) = successors.row(j) / successors.row(j).sum();
      if (whole.col(j).sum() > kLeastCount) {
        state.duration = FitDuration({whole.col(j), remaining.col(j)}, model_.interval_s,
                                     *state.duration, tail_, options_.duration);
      }
    });
    model_.initial =
        model_.starts_mid_stay ? StationaryLaw(model_) : Eigen::VectorXd(initial / initial.sum());
  }

  Hsmm model_;
  const std::vector<std::vector<double>>& sequences_;
  EmOptions options_;
  double tau_;
  std::vector<LevelPosterior> levels_;
  int longest_ = 0;
  Tail tail_;
  std::size_t readings_ = 0;
};

}  // namespace

HsmmFit FitHsmm(const Hsmm& start, double level_sd_w,
                const std::vector<std::vector<double>>& sequences, const EmOptions& options) {
  return Fitter(start, level_sd_w, sequences, options).Run();
}

double EstimateLevel(const Hsmm& model, double level_sd_w, const std::vector<double>& sequence,
                     const EmOptions& options) {
  if (level_sd_w <= 0) return 0;
  const HsmmTables tables = MakeTables(model, static_cast<int>(sequence.size()) + 1);
  double level = 0;
  constexpr int kRounds = 5;  // each round only re-weighs the states' shares
  for (int round = 0; round < kRounds; ++round) {
    const ExpectedCounts counts =
        ExpectCounts(tables, LogDensity(model, sequence, level, options.outlier_weight));
    level = PosteriorLevel(model, level_sd_w, sequence, counts.occupied).mean_w;
  }
  return level;
}

int CountParameters(const Hsmm& model, bool has_level) {
  int count = has_level ? 1 : 0;
  for (std::size_t j = 0; j < model.states.size(); ++j) {
    const HsmmState& state = model.states[j];
    count += state.mixture.empty() ? 2 : 3 * static_cast<int>(state.mixture.size()) - 1;
    count += (state.phi > 0) + state.student_dof.has_value();
    if (state.duration) {
      const bool has_mean = state.duration->family != DurationFamily::kTable;
      count += has_mean + ShapeParameters(*state.duration);
    }
    const auto open =
        static_cast<int>((model.transition.row(static_cast<Index>(j)).array() > 0).count());
    count += std::max(0, open - 1);
  }
  if (model.first_reading) count += 2;
  if (model.starts_mid_stay) return count;
  return count + std::max(0, static_cast<int>((model.initial.array() > 0).count()) - 1);
}

Eigen::VectorXd StationaryLaw(const Hsmm& model) {
  const auto n = static_cast<Index>(model.states.size());
  Eigen::VectorXd share(n);
  for (Index j = 0; j < n; ++j) {
    if (!model.states[static_cast<std::size_t>(j)].duration) return Eigen::VectorXd::Unit(n, j);
  }
  // Stationary law of the embedded chain by power iteration of its lazy version, which has the same
  // one and no period.
  Eigen::VectorXd embedded = Eigen::VectorXd::Constant(n, 1.0 / static_cast<double>(n));
  constexpr int kRounds = 2000;
  for (int round = 0; round < kRounds; ++round) {
    const Eigen::VectorXd next = 0.5 * (embedded + model.transition.transpose() * embedded);
    const double change = (next - embedded).cwiseAbs().maxCoeff();
    embedded = next;
    constexpr double kSettled = 1e-14;
    if (change < kSettled) break;
  }
  for (Index j = 0; j < n; ++j) {
    const DurationLaw& law = *model.states[static_cast<std::size_t>(j)].duration;
    const Eigen::VectorXd pmf =
        DurationPmf(law, model.interval_s, LongestStay(law, model.interval_s));
    share(j) = embedded(j) *
               pmf.dot(Eigen::VectorXd::LinSpaced(pmf.size(), 1, static_cast<double>(pmf.size())));
  }
  return share / share.sum();
}

}  // namespace edgesim
