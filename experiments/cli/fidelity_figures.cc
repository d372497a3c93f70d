#include "experiments/cli/fidelity_figures.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace edgesim {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void Widen(LowHigh& range, double value) {
  if (std::isnan(value)) return;
  range.low = std::isnan(range.low) ? value : std::min(range.low, value);
  range.high = std::isnan(range.high) ? value : std::max(range.high, value);
}

// Mean of what is a number, with weights.
struct WeightedMean {
  double sum = 0, weight = 0;
  void Add(double value, double w = 1) {
    if (std::isnan(value) || w <= 0) return;
    sum += w * value;
    weight += w;
  }
  double Value() const { return weight > 0 ? sum / weight : kNaN; }
};

void Count(Inside& inside, const std::vector<std::size_t>& per_seed, std::size_t requests) {
  if (per_seed.empty() || requests == 0) return;
  double sum = 0;
  for (const std::size_t n : per_seed) {
    sum += static_cast<double>(n);
    if (inside.least_of == 0 || n * inside.least_of < inside.least * requests) {
      inside.least = n;
      inside.least_of = requests;
    }
  }
  inside.mean += sum / static_cast<double>(per_seed.size());
  inside.count += requests;
}

void Count(Passes& passes, const FeatureScore& feature) {
  constexpr double kLevel = 0.05;
  if (feature.ks_p.empty() ||
      std::any_of(feature.ks_p.begin(), feature.ks_p.end(), [](double p) { return std::isnan(p); }))
    return;
  passes.passed.resize(std::max(passes.passed.size(), feature.ks_p.size()));
  ++passes.of;
  for (std::size_t seed = 0; seed < feature.ks_p.size(); ++seed)
    passes.passed[seed] += feature.ks_p[seed] > kLevel;
}

}  // namespace

const SignalScore* FindSignal(const ActionScore& action, const std::string& signal) {
  for (const SignalScore& score : action.signals) {
    if (score.signal == signal) return &score;
  }
  return nullptr;
}

SignalFigures FiguresOf(const std::vector<ActionScore>& actions, const std::string& signal) {
  SignalFigures figures;
  figures.energy_bias = figures.peak_w1_w = {kNaN, kNaN};
  WeightedMean crps, lag1, window_crps, log_score;
  WeightedMean window[3];
  for (const ActionScore& action : actions) {
    const SignalScore* score = FindSignal(action, signal);
    if (score == nullptr) continue;
    const auto requests = static_cast<double>(action.requests);
    Widen(figures.energy_bias, score->energy_j.simulated / score->energy_j.measured - 1);
    Count(figures.in_90, score->inside_90, action.requests);
    Count(figures.in_50, score->inside_50, action.requests);
    crps.Add(score->energy_j.crps / score->energy_j.measured, requests);
    Count(figures.peak, score->peak_w);
    Count(figures.t50, score->t50_s);
    Count(figures.ramp, score->ramp_s);
    Count(figures.roughness, score->roughness_w);
    Widen(figures.peak_w1_w, score->peak_w.w1);
    lag1.Add(std::abs(score->lag1.measured - score->lag1.simulated));
    for (std::size_t w = 0; w < 3; ++w) window[w].Add(score->window_w1_w[w]);
    window_crps.Add(score->window_crps_w);
    log_score.Add(score->log_score);
  }
  figures.crps_share = crps.Value();
  figures.lag1_error = lag1.Value();
  for (std::size_t w = 0; w < 3; ++w) figures.window_w1_w[w] = window[w].Value();
  figures.window_crps_w = window_crps.Value();
  figures.log_score = log_score.Value();
  return figures;
}

std::vector<std::string> SignalsOf(const FidelityReport& report) {
  std::vector<std::string> signals = report.rails;
  if (signals.size() > 1) signals.emplace_back("total");
  return signals;
}

std::string PrimarySignal(const FidelityReport& report, const std::string& reference) {
  const std::vector<std::string> signals = SignalsOf(report);
  if (const ModelScore* model = FindModel(report, reference)) {
    for (std::size_t r = 0; r < std::min(report.rails.size(), model->words.size()); ++r) {
      if (model->words[r].find("ramp") != std::string::npos) return signals[r];
    }
  }
  return signals.empty() ? "" : signals.back();
}

const ModelScore* FindModel(const FidelityReport& report, const std::string& name) {
  for (const ModelScore& model : report.models) {
    if (model.name == name) return &model;
  }
  return report.models.empty() ? nullptr : &report.models.front();
}

}  // namespace edgesim
