// A hidden semi-Markov model of one power rail while one request runs: explicit durations, no
// self-transitions. The first state begins with the request; the last is cut off by its end.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "devices/duration_law.h"

namespace edgesim {

// One part of a Gaussian mixture, around the state's mean.
struct MixtureComponent {
  double weight = 0;    // > 0, together 1
  double offset_w = 0;  // of its mean from the state's
  double sd_w = 0;      // > 0
};

// Emission: x_t = m + phi (x_(t-1) - m) + e_t with m = mean_w (+ the request's level). The
// innovation e is Gaussian of sd_w; with student_dof a Student t of scale sd_w; with a mixture one
// of its components.
struct HsmmState {
  std::string name;
  double mean_w = 0;
  double sd_w = 0;                    // > 0; unused with a mixture
  bool takes_level = false;           // the request's level is added to mean_w
  double phi = 0;                     // in [0, 1)
  std::optional<double> student_dof;  // > 0
  std::vector<MixtureComponent> mixture;
  std::optional<DurationLaw> duration;  // null: absorbing, stays until the request ends
};

// Law of the first reading, whatever the state; a reading without a predecessor says little about
// an autoregressive state.
struct FirstReading {
  double mean_w = 0;
  double sd_w = 0;  // > 0
};

struct Hsmm {
  double interval_s = 0;  // emission interval dt
  std::vector<HsmmState> states;
  Eigen::VectorXd initial;     // P(first state)  (states)
  Eigen::MatrixXd transition;  // P(next | state) (states x states); rows of absorbing states are 0
  std::optional<FirstReading> first_reading;  // null: as the first state emits
  // The sequence begins inside a stay, as a recording does that nothing triggered: the first stay
  // has the law of what remains of a stay (equilibrium law).
  bool starts_mid_stay = false;
};

// Throws std::invalid_argument naming the first thing that is wrong.
void Validate(const Hsmm& model);

// log density of the innovation e, W, with all its scales multiplied by `widen`.
double LogInnovation(const HsmmState& state, double e_w, double widen);

// How much wider than an innovation the stationary law of an autoregressive state is; exact for a
// Gaussian, the right variance for the others.
double StationaryWidening(const HsmmState& state);

// Mixes a uniform density on 150 W into a density, with a weight in [0, 1): one odd reading then
// cannot rule a law out. Takes and gives logarithms.
class OutlierMixture {
 public:
  explicit OutlierMixture(double weight);
  double operator()(double log_density) const;

 private:
  double log_regular_, log_outlier_;
};

// log density of each reading under each state, given the reading before (readings x states). A
// reading that is NaN is missing and tells nothing; the one after it has the state's stationary
// law. outlier_weight is that of an OutlierMixture.
Eigen::MatrixXd LogDensity(const Hsmm& model, std::span<const double> watts, double level_w,
                           double outlier_weight);

// log p(watts | level), the last segment right-censored; `watts` has one reading per interval.
double LogLikelihood(const Hsmm& model, std::span<const double> watts, double level_w);

}  // namespace edgesim
