#include "calibration/fidelity_item.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "calibration/scores.h"
#include "sim/inverse_cdf_table.h"

namespace edgesim {

namespace {

using Eigen::Index;
constexpr int kLags = 10;
constexpr int kSomeDraws = 60;  // of which windows, autocorrelation and dwell times are pooled

std::vector<double> Acf(std::span<const double> watts) {
  std::vector<double> acf;
  for (int lag = 1; lag <= kLags; ++lag) acf.push_back(Autocorrelation(watts, lag));
  return acf;
}

// Where readings count as settled.
std::size_t Settled(const std::vector<double>& t_s, bool ramps) {
  return static_cast<std::size_t>(
      std::lower_bound(t_s.begin(), t_s.end(), ramps ? kPlateauFrom_s : 0) - t_s.begin());
}

ItemSignal Measured(const std::vector<double>& t_s, std::vector<double> watts, bool ramps) {
  ItemSignal signal;
  const PowerPath path{.t_s = t_s, .watts = watts};
  signal.measured = PathFeaturesOf(path, ramps);
  for (std::size_t w = 0; w < 3; ++w) signal.window_w[w] = WindowMeans_w(path, kWindows_s[w]);
  signal.acf = Acf(std::span<const double>(watts).subspan(Settled(t_s, ramps)));
  signal.acf_simulated.assign(kLags, 0);
  signal.watts = std::move(watts);
  signal.t_s = t_s;
  return signal;
}

// Collects the draws of one seed; `path_of` gives draw i on the readings' timestamps.
template <typename PathOf>
void AddSeed(ItemSignal& signal, bool ramps, int draws, int seeds, const PathOf& path_of) {
  auto& features = signal.draws.emplace_back();
  for (auto& f : features) f.reserve(static_cast<std::size_t>(draws));
  std::vector<std::vector<double>> windows(signal.window_w[1].size());
  for (auto& pooled : signal.window_draws) pooled.emplace_back();
  std::vector<int> defined(kLags, 0);
  std::vector<double> acf_sum(kLags, 0.0);
  for (int i = 0; i < draws; ++i) {
    const std::vector<double>& watts = path_of(i);
    const PowerPath path{.t_s = signal.t_s, .watts = watts};
    const auto values = PathFeaturesOf(path, ramps);
    for (std::size_t f = 0; f < kFeatures; ++f) {
      if (!std::isnan(values[f])) features[f].push_back(static_cast<float>(values[f]));
    }
    const std::vector<double> means = WindowMeans_w(path, kWindows_s[1]);
    for (std::size_t w = 0; w < means.size(); ++w) windows[w].push_back(means[w]);
    if (i >= kSomeDraws) continue;
    for (std::size_t w = 0; w < 3; ++w) {
      const std::vector<double> some = w == 1 ? means : WindowMeans_w(path, kWindows_s[w]);
      for (const double m : some) signal.window_draws[w].back().push_back(static_cast<float>(m));
    }
    const std::vector<double> acf =
        Acf(std::span<const double>(watts).subspan(Settled(signal.t_s, ramps)));
    for (std::size_t lag = 0; lag < kLags; ++lag) {
      if (std::isnan(acf[lag])) continue;
      acf_sum[lag] += acf[lag];
      ++defined[lag];
    }
    signal.some_paths.emplace_back(watts.begin(), watts.end());
  }
  for (auto& f : features) std::sort(f.begin(), f.end());
  for (std::size_t lag = 0; lag < kLags; ++lag)
    signal.acf_simulated[lag] += acf_sum[lag] / defined[lag] / seeds;
  double crps = 0;
  for (std::size_t w = 0; w < windows.size(); ++w) {
    std::sort(windows[w].begin(), windows[w].end());
    crps += CrpsOfSample(signal.window_w[1][w], windows[w]) / static_cast<double>(windows.size());
  }
  signal.window_crps_w += crps / seeds;
}

// Energies with the duration drawn from the training answers' seconds per token.
std::vector<float> GivenTokens(const PathModel& model, const FidelityPart& part,
                               const HeldOut& item, double interval_s, int draws,
                               const Noise& noise) {
  const InverseCdfTable answers(part.train_tokens);
  PathTask task;
  std::vector<double> duration;
  for (int i = 0; i < draws; ++i) {
    WordStream words = noise.Of(static_cast<std::uint32_t>(i)).Words(Stream::kLatency);
    const std::uint32_t k = answers.Draw(words());
    task.request_class.push_back(model.RequestClasses()[k]);
    duration.push_back(item.output_tokens * part.train.seconds_per_token[k]);
  }
  const double longest = *std::max_element(duration.begin(), duration.end());
  task.steps = static_cast<std::size_t>(std::ceil(longest / interval_s));
  const std::vector<Paths> rails = model.Sample(task, draws, noise);
  std::vector<float> energies;
  for (int i = 0; i < draws; ++i) {
    double energy = 0, left = duration[static_cast<std::size_t>(i)];
    for (Index t = 0; left > 0 && t < static_cast<Index>(task.steps); ++t, left -= interval_s) {
      for (const Paths& rail : rails)
        energy += static_cast<double>(rail(i, t)) * std::min(left, interval_s);
    }
    energies.push_back(static_cast<float>(energy));
  }
  std::sort(energies.begin(), energies.end());
  return energies;
}

}  // namespace

std::array<double, kFeatures> PathFeaturesOf(PowerPath path, bool ramps) {
  std::array<double, kFeatures> features{};
  const auto set = [&](Feature feature, double value) {
    features[static_cast<std::size_t>(feature)] = value;
  };
  set(Feature::kEnergy, Energy_j(path));
  set(Feature::kPeak, Peak_w(path.watts));
  set(Feature::kRoughness, MeanAbsStep_w(path.watts));
  // A block of a recording has no ramp to wait for.
  const auto from = static_cast<std::size_t>(
      std::lower_bound(path.t_s.begin(), path.t_s.end(), ramps ? kPlateauFrom_s : 0) -
      path.t_s.begin());
  set(Feature::kLag1, Autocorrelation(path.watts.subspan(from), 1));
  const Ramp ramp = ramps ? FindRamp(path) : Ramp{NAN, NAN, NAN, NAN};
  set(Feature::kT50, ramp.t50_s);
  set(Feature::kRamp, ramp.Length_s());
  set(Feature::kPlateauSd, PlateauFrom(path, ramps ? kPlateauFrom_s : 0).sd_w);
  return features;
}

double ItemSignal::Crps(Feature feature) const {
  const auto f = static_cast<std::size_t>(feature);
  if (std::isnan(measured[f])) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (const auto& seed : draws) {
    if (seed[f].empty()) return std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> sorted(seed[f].begin(), seed[f].end());
    sum += CrpsOfSample(measured[f], sorted);
  }
  return sum / static_cast<double>(draws.size());
}

ItemScore ScoreItem(const PathModel& model, const FidelityPart& part, const HeldOut& item,
                    const std::vector<bool>& ramps, double interval_s, const ItemOptions& options) {
  const std::size_t rails = ramps.size(), readings = item.cell.size();
  const bool sum = rails > 1;
  ItemScore score;
  score.measured_energy_j = item.energy_j;
  std::vector<double> total(readings, 0.0);
  for (std::size_t r = 0; r < rails; ++r) {
    std::vector<double> watts;
    for (std::size_t i = 0; i < readings; ++i) {
      watts.push_back(item.grid_w[r][item.cell[i]]);
      total[i] += watts.back();
    }
    score.signals.push_back(Measured(item.t_s, std::move(watts), ramps[r]));
  }
  const bool total_ramps = std::find(ramps.begin(), ramps.end(), true) != ramps.end();
  score.exceeds_cap = Peak_w(total) > options.cap_w;
  if (sum) score.signals.push_back(Measured(item.t_s, total, total_ramps));

  for (int s = 0; s < options.seeds; ++s) {
    const Noise noise{.seed = options.seed,
                      .replica = static_cast<std::uint32_t>(s),
                      .episode = options.item,
                      .entity = 0,
                      .phase = Phase::kModel};
    const std::vector<Paths> paths = model.Sample(item.task, options.draws, noise);
    std::vector<double> buffer(readings);
    const auto reading = [&](std::size_t r, int i, std::size_t k) {
      return static_cast<double>(paths[r](i, static_cast<Index>(item.cell[k])));
    };
    const auto total_of = [&](int i) -> const std::vector<double>& {
      for (std::size_t k = 0; k < readings; ++k) {
        buffer[k] = 0;
        for (std::size_t r = 0; r < rails; ++r) buffer[k] += reading(r, i, k);
      }
      return buffer;
    };
    for (std::size_t r = 0; r < rails; ++r) {
      AddSeed(score.signals[r], ramps[r], options.draws, options.seeds,
              [&](int i) -> const std::vector<double>& {
                for (std::size_t k = 0; k < readings; ++k) buffer[k] = reading(r, i, k);
                return buffer;
              });
    }
    if (sum) AddSeed(score.signals.back(), total_ramps, options.draws, options.seeds, total_of);
    double above = 0;
    for (int i = 0; i < options.draws; ++i) above += Peak_w(total_of(i)) > options.cap_w;
    score.cap_probability += above / options.draws / options.seeds;
    if (!std::isnan(item.output_tokens)) {
      score.given_tokens_draws.push_back(
          GivenTokens(model, part, item, interval_s, options.draws, noise));
    }
  }
  const std::vector<double> logs = model.LogScores(item.task, item.grid_w);
  for (std::size_t r = 0; r < rails; ++r)
    score.signals[r].log_score = logs[r] / static_cast<double>(readings);
  if (sum) score.signals.back().log_score = std::numeric_limits<double>::quiet_NaN();
  return score;
}

}  // namespace edgesim
