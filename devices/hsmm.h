// A hidden semi-Markov model of one power rail while one request runs: explicit durations, no
// self-transitions. The first state begins with the request; the last is cut off by its end.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace edgesim {

// Gamma law of a stay, discretised to whole emission intervals: P(u) = F(u dt) - F((u-1) dt), u
// >= 1.
struct GammaDuration {
  double mean_s = 0;  // of the continuous law, > 0
  double shape = 0;   // > 0; 1 is exponential, large is nearly constant
};

struct HsmmState {
  std::string name;
  double mean_w = 0;                      // Gaussian emission, one draw per interval
  double sd_w = 0;                        // > 0
  bool takes_level = false;               // the request's level is added to mean_w
  std::optional<GammaDuration> duration;  // null: absorbing, stays until the request ends
};

struct Hsmm {
  double interval_s = 0;  // emission interval dt
  std::vector<HsmmState> states;
  Eigen::VectorXd initial;     // P(first state)  (states)
  Eigen::MatrixXd transition;  // P(next | state) (states x states); rows of absorbing states are 0
};

// Throws std::invalid_argument naming the first thing that is wrong.
void Validate(const Hsmm& model);

// P(u) for u = 1 .. max_intervals, the last being all that is as long or longer (max_intervals).
Eigen::VectorXd DurationPmf(const GammaDuration& duration, double interval_s, int max_intervals);

// log density of each reading under each state (readings x states). A reading that is NaN is
// missing and tells nothing. outlier_weight in [0, 1) mixes in a uniform density on 150 W, so that
// one odd reading cannot rule a state out.
Eigen::MatrixXd LogDensity(const Hsmm& model, std::span<const double> watts, double level_w,
                           double outlier_weight);

// log p(watts | level), the last segment right-censored; `watts` has one reading per interval.
double LogLikelihood(const Hsmm& model, std::span<const double> watts, double level_w);

}  // namespace edgesim
