#include "calibration/start_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/rng.h"
#include "sim/stats.h"

namespace edgesim {

namespace {

constexpr double kRampFrom = 0.08, kRampTo = 0.95;  // share of the rise that counts as ramp
constexpr double kOvershootW = 5;
constexpr double kSettleEnds_s[] = {0.6, 1.5,
                                    3.2};  // of the first, second and third settling state
constexpr double kStartShape = 5;

double Plateau(const std::vector<double>& x) {  // median of the second half
  std::vector<double> tail;
  for (std::size_t t = x.size() / 2; t < x.size(); ++t) {
    if (!std::isnan(x[t])) tail.push_back(x[t]);
  }
  std::sort(tail.begin(), tail.end());
  return tail.empty() ? 0 : Quantile(tail, 0.5);
}

// Model whose parameters are those of the labelled readings: labels[i][t] is a state.
Hsmm FromLabels(const std::vector<std::vector<double>>& sequences,
                const std::vector<std::vector<int>>& labels, double interval_s, int states) {
  Hsmm model{.interval_s = interval_s,
             .states = std::vector<HsmmState>(static_cast<std::size_t>(states)),
             .initial = Eigen::VectorXd::Zero(states),
             .transition = Eigen::MatrixXd::Zero(states, states)};
  for (int j = 0; j < states; ++j) {
    std::vector<double> readings;
    double segments = 0;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      for (std::size_t t = 0; t < sequences[i].size(); ++t) {
        if (labels[i][t] != j) continue;
        if (!std::isnan(sequences[i][t])) readings.push_back(sequences[i][t]);
        segments += t == 0 || labels[i][t - 1] != j;
      }
    }
    HsmmState& state = model.states[static_cast<std::size_t>(j)];
    // A level no reading fell into lies where the one below it does.
    state.mean_w = readings.empty() && j > 0 ? model.states[static_cast<std::size_t>(j) - 1].mean_w
                                             : Mean(readings);
    state.sd_w = std::max(0.5, std::sqrt(SampleVariance(readings)));
    const double stay = segments > 0 ? static_cast<double>(readings.size()) / segments : 1;
    state.duration = DurationLaw{.family = DurationFamily::kGamma,
                                 .mean_s = std::max(1.0, stay) * interval_s,
                                 .shape = kStartShape,
                                 .table = {}};
  }
  return model;
}

// A factor around 1 for restarts; 1 for the first start.
class Jitter {
 public:
  Jitter(int restart, std::uint64_t seed)
      : restart_(restart),
        words_(Noise{.seed = seed, .replica = static_cast<std::uint32_t>(restart)}.Words(
            Stream::kTie)) {}
  bool Plain() const { return restart_ == 0; }
  double Factor(double log_sd) { return Plain() ? 1 : std::exp(log_sd * StandardNormal(words_)); }
  double Uniform() { return Uniform01(words_); }

 private:
  int restart_;
  WordStream words_;
};

double Peak(const std::vector<double>& x) {
  double peak = 0;
  for (const double w : x) peak = std::isnan(w) ? peak : std::max(peak, w);
  return peak;
}

Hsmm LeftToRight(const RailSequences& data, int ramp_states, Jitter& jitter) {
  double overshoot = 0;
  for (const auto& x : data.watts)
    overshoot += (Peak(x) - Plateau(x)) / static_cast<double>(data.watts.size());
  const int settle = overshoot > kOvershootW ? 3 : 2;
  const int states = 1 + ramp_states + settle + 1;

  std::vector<double> edges;  // of the ramp's bins, as shares of the rise
  double width = 0;
  for (int k = 0; k < ramp_states; ++k) {
    width += jitter.Factor(0.4);
    edges.push_back(width);
  }
  for (double& edge : edges) edge = kRampFrom + (kRampTo - kRampFrom) * edge / width;
  const double slowness = jitter.Factor(0.3);  // of settling

  std::vector<std::vector<int>> labels;
  for (const auto& x : data.watts) {
    const double peak = Peak(x);
    double first = 0;
    for (std::size_t t = x.size(); t-- > 0;) first = std::isnan(x[t]) ? first : x[t];
    double highest = first, since_ramp = 0;
    bool ramped = false;
    std::vector<int> label;
    for (const double w : x) {
      if (!std::isnan(w)) highest = std::max(highest, w);
      const double rise = peak > first ? (highest - first) / (peak - first) : 1;
      ramped = ramped || rise > kRampTo;
      if (!ramped) {
        const auto bin = std::upper_bound(edges.begin(), edges.end() - 1, rise) - edges.begin();
        label.push_back(rise < kRampFrom ? 0 : 1 + static_cast<int>(bin));
      } else {
        int k = 0;
        while (k < settle && since_ramp >= slowness * kSettleEnds_s[k]) ++k;
        label.push_back(1 + ramp_states + k);
        since_ramp += data.interval_s;
      }
    }
    labels.push_back(std::move(label));
  }

  Hsmm model = FromLabels(data.watts, labels, data.interval_s, states);
  model.initial(0) = 1;
  for (int j = 0; j + 1 < states; ++j) model.transition(j, j + 1) = 1;
  model.states.back().duration.reset();
  for (int j = 0; j < states; ++j) {
    HsmmState& state = model.states[static_cast<std::size_t>(j)];
    const int settled = j - 1 - ramp_states;
    state.takes_level = settled >= 0;
    state.name = j == 0            ? "start"
                 : settled < 0     ? fmt::format("ramp_{}", j)
                 : j + 1 == states ? "plateau"
                 : settle == 3 && settled == 0
                     ? "overshoot"
                     : fmt::format("settle_{}", settled + (settle == 3 ? 0 : 1));
  }
  return model;
}

Hsmm Free(const RailSequences& data, int states, Jitter& jitter) {
  std::vector<double> readings;
  for (const auto& x : data.watts) {
    std::copy_if(x.begin(), x.end(), std::back_inserter(readings),
                 [](double w) { return !std::isnan(w); });
  }
  std::sort(readings.begin(), readings.end());
  std::vector<double> cuts;
  for (int k = 1; k < states; ++k) {
    // Low states are common, high ones are bursts: halve what is left each time. Restarts cut the
    // range of readings or their ranks anywhere.
    const double low = readings.front(), high = readings.back(), u = jitter.Uniform();
    cuts.push_back(jitter.Plain()           ? Quantile(readings, 1 - 0.6 / std::pow(2.0, k))
                   : jitter.Uniform() < 0.5 ? low + u * (high - low)
                                            : Quantile(readings, u));
  }
  std::sort(cuts.begin(), cuts.end());
  std::vector<std::vector<int>> labels;
  for (const auto& x : data.watts) {
    std::vector<int> label;
    for (const double w : x) {
      label.push_back(
          static_cast<int>(std::upper_bound(cuts.begin(), cuts.end(), w) - cuts.begin()));
    }
    labels.push_back(std::move(label));
  }
  Hsmm model = FromLabels(data.watts, labels, data.interval_s, states);
  model.initial.setConstant(1.0 / states);
  model.transition.setConstant(states > 1 ? 1.0 / (states - 1) : 0);
  model.transition.diagonal().setZero();
  for (int j = 0; j < states; ++j) {
    HsmmState& state = model.states[static_cast<std::size_t>(j)];
    state.takes_level = true;
    state.name = fmt::format("state_{}", j + 1);
    state.duration->mean_s *= jitter.Factor(0.5);
    if (states == 1) state.duration.reset();
  }
  return model;
}

// The same mean, and a spread near that of a gamma law of the start's shape.
DurationLaw OfFamily(DurationFamily family, const DurationLaw& gamma, double interval_s,
                     int longest) {
  constexpr double kLeastIntervals = 1.05;
  DurationLaw law = gamma;
  law.family = family;
  law.mean_s = std::max(law.mean_s, kLeastIntervals * interval_s);
  if (family == DurationFamily::kLognormal) law.shape = 1 / std::sqrt(gamma.shape);
  if (family == DurationFamily::kTable) {
    const Eigen::VectorXd pmf = DurationPmf(gamma, interval_s, longest);
    law = {.family = family, .mean_s = 0, .shape = 0, .table = {pmf.begin(), pmf.end()}};
  }
  if (ShapeParameters(law) == 0) law.shape = 0;
  return law;
}

FirstReading FirstReadings(const RailSequences& data) {
  std::vector<double> first, spread;
  for (const auto& x : data.watts) {
    if (!x.empty() && !std::isnan(x[0])) first.push_back(x[0]);
  }
  if (first.empty()) return {.mean_w = 0, .sd_w = 1};
  std::sort(first.begin(), first.end());
  const double median = Quantile(first, 0.5);
  for (const double x : first) spread.push_back(std::abs(x - median));
  std::sort(spread.begin(), spread.end());
  constexpr double kMadToSd = 1.4826, kLeastSdW = 0.5;
  return {.mean_w = median, .sd_w = std::max(kLeastSdW, kMadToSd * Quantile(spread, 0.5))};
}

}  // namespace

Hsmm StartModel(const ModelSpec& spec, const RailSequences& data, int restart, std::uint64_t seed) {
  Jitter jitter(restart, seed);
  Hsmm model = spec.topology == Topology::kRamp ? LeftToRight(data, spec.states, jitter)
                                                : Free(data, spec.states, jitter);
  model.starts_mid_stay = data.mid_stay;
  std::size_t longest = 0;
  for (const auto& x : data.watts) longest = std::max(longest, x.size() + 1);
  for (HsmmState& state : model.states) {
    state.takes_level = state.takes_level && spec.level;
    if (state.duration) {
      state.duration =
          OfFamily(spec.duration, *state.duration, data.interval_s, static_cast<int>(longest));
    }
    if (spec.autoregressive) {
      state.phi = 0.5;
      state.sd_w /= StationaryWidening(state);
    }
    if (spec.innovation == Innovation::kStudentT) state.student_dof = 5;
    if (spec.innovation == Innovation::kMixture) {
      state.mixture = {{.weight = 0.8, .offset_w = 0, .sd_w = 0.7 * state.sd_w},
                       {.weight = 0.2, .offset_w = 0, .sd_w = 2 * state.sd_w}};
    }
  }
  if (spec.autoregressive && !data.mid_stay) model.first_reading = FirstReadings(data);
  if (data.mid_stay)
    model.initial = Eigen::VectorXd::Constant(model.initial.size(),
                                              1.0 / static_cast<double>(model.initial.size()));
  return model;
}

}  // namespace edgesim
