#include "calibration/start_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/stats.h"

namespace edgesim {

namespace {

// A ramp of a second or so at ten readings a second gets about two readings per state.
constexpr int kRampStates = 6;
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
    state.duration =
        GammaDuration{.mean_s = std::max(1.0, stay) * interval_s, .shape = kStartShape};
  }
  return model;
}

}  // namespace

Hsmm LeftToRightStart(const std::vector<std::vector<double>>& sequences, double interval_s) {
  double overshoot = 0;
  for (const auto& x : sequences) {
    double peak = 0;
    for (const double w : x) peak = std::isnan(w) ? peak : std::max(peak, w);
    overshoot += (peak - Plateau(x)) / static_cast<double>(sequences.size());
  }
  const int settle = overshoot > kOvershootW ? 3 : 2;
  const int states = 1 + kRampStates + settle + 1;

  std::vector<std::vector<int>> labels;
  for (const auto& x : sequences) {
    double peak = 0, first = 0;
    for (const double w : x) peak = std::isnan(w) ? peak : std::max(peak, w);
    for (std::size_t t = x.size(); t-- > 0;) first = std::isnan(x[t]) ? first : x[t];
    double highest = first, since_ramp = 0;
    bool ramped = false;
    std::vector<int> label;
    for (const double w : x) {
      if (!std::isnan(w)) highest = std::max(highest, w);
      const double rise = peak > first ? (highest - first) / (peak - first) : 1;
      ramped = ramped || rise > kRampTo;
      if (!ramped) {
        const double bin = (rise - kRampFrom) / (kRampTo - kRampFrom) * kRampStates;
        label.push_back(rise < kRampFrom ? 0
                                         : 1 + std::min(kRampStates - 1, static_cast<int>(bin)));
      } else {
        int k = 0;
        while (k < settle && since_ramp >= kSettleEnds_s[k]) ++k;
        label.push_back(1 + kRampStates + k);
        since_ramp += interval_s;
      }
    }
    labels.push_back(std::move(label));
  }

  Hsmm model = FromLabels(sequences, labels, interval_s, states);
  model.initial(0) = 1;
  for (int j = 0; j + 1 < states; ++j) model.transition(j, j + 1) = 1;
  model.states.back().duration.reset();
  for (int j = 0; j < states; ++j) {
    HsmmState& state = model.states[static_cast<std::size_t>(j)];
    const int settled = j - 1 - kRampStates;
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

Hsmm FreeStart(const std::vector<std::vector<double>>& sequences, double interval_s, int states) {
  std::vector<double> readings;
  for (const auto& x : sequences) {
    std::copy_if(x.begin(), x.end(), std::back_inserter(readings),
                 [](double w) { return !std::isnan(w); });
  }
  std::sort(readings.begin(), readings.end());
  std::vector<double>
      cuts;  // low states are common, high ones are bursts: halve what is left each time
  for (int k = 1; k < states; ++k) cuts.push_back(Quantile(readings, 1 - 0.6 / std::pow(2.0, k)));
  std::vector<std::vector<int>> labels;
  for (const auto& x : sequences) {
    std::vector<int> label;
    for (const double w : x) {
      label.push_back(
          static_cast<int>(std::upper_bound(cuts.begin(), cuts.end(), w) - cuts.begin()));
    }
    labels.push_back(std::move(label));
  }
  Hsmm model = FromLabels(sequences, labels, interval_s, states);
  model.initial.setConstant(1.0 / states);
  model.transition.setConstant(states > 1 ? 1.0 / (states - 1) : 0);
  model.transition.diagonal().setZero();
  for (int j = 0; j < states; ++j) {
    HsmmState& state = model.states[static_cast<std::size_t>(j)];
    state.takes_level = true;
    state.name = j == 0 ? "low" : j + 1 == states ? "high" : fmt::format("mid_{}", j);
    if (states == 1) state.duration.reset();
  }
  return model;
}

}  // namespace edgesim
