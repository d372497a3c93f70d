#include "calibration/fidelity_score.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "sim/rng.h"
#include "sim/stats.h"

namespace edgesim {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<double> Doubles(const std::vector<float>& x) { return {x.begin(), x.end()}; }

double MeanOfDefined(const std::vector<double>& values) {
  double sum = 0, n = 0;
  for (const double v : values) {
    if (std::isnan(v)) continue;
    sum += v;
    ++n;
  }
  return sum / n;
}

// Median of what is defined; NaN where nothing is.
double MedianOfDefined(std::vector<double> values) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return kNone;
  std::sort(values.begin(), values.end());
  return Quantile(values, 0.5);
}

FeatureScore ScoreFeature(const std::vector<ItemScore>& items, std::size_t signal,
                          Feature feature) {
  const auto f = static_cast<std::size_t>(feature);
  FeatureScore score;
  std::vector<double> measured, crps;
  for (const ItemScore& item : items) {
    const double m = item.signals[signal].measured[f];
    if (!std::isnan(m)) measured.push_back(m);
    crps.push_back(item.signals[signal].Crps(feature));
  }
  const std::size_t seeds = items[0].signals[signal].draws.size();
  for (std::size_t s = 0; s < seeds; ++s) {
    std::vector<double> simulated;
    for (const ItemScore& item : items) {
      if (std::isnan(item.signals[signal].measured[f])) continue;
      const std::vector<double> draws = Doubles(item.signals[signal].draws[s][f]);
      simulated.insert(simulated.end(), draws.begin(), draws.end());
    }
    if (measured.empty() || simulated.empty()) {
      score.ks_p.push_back(kNone);
      score.w1 = kNone;
      continue;
    }
    score.simulated += Mean(simulated) / static_cast<double>(seeds);
    score.w1 += Wasserstein1(measured, simulated) / static_cast<double>(seeds);
    score.ks_p.push_back(KolmogorovSmirnov(measured, std::move(simulated)).p);
  }
  score.measured = measured.empty() ? kNone : Mean(measured);
  score.crps = MeanOfDefined(crps);
  return score;
}

// Half way between the low and the high readings.
double Threshold(const std::vector<ItemScore>& items, std::size_t signal) {
  std::vector<double> all;
  for (const ItemScore& item : items)
    all.insert(all.end(), item.signals[signal].watts.begin(), item.signals[signal].watts.end());
  std::sort(all.begin(), all.end());
  return 0.5 * (Quantile(all, 0.1) + Quantile(all, 0.9));
}

void ScoreDwells(const std::vector<ItemScore>& items, std::size_t signal, SignalScore& score) {
  const double threshold = Threshold(items, signal);
  RunLengths measured, simulated;
  const auto add = [&](PowerPath path, RunLengths& all) {
    const RunLengths runs = RunsAround(path, threshold);
    all.above_s.insert(all.above_s.end(), runs.above_s.begin(), runs.above_s.end());
    all.below_s.insert(all.below_s.end(), runs.below_s.begin(), runs.below_s.end());
  };
  for (const ItemScore& item : items) {
    const ItemSignal& s = item.signals[signal];
    add({.t_s = s.t_s, .watts = s.watts}, measured);
    for (const std::vector<float>& path : s.some_paths) {
      const std::vector<double> watts = Doubles(path);
      add({.t_s = s.t_s, .watts = watts}, simulated);
    }
  }
  const auto p = [](const std::vector<double>& a, const std::vector<double>& b) {
    return a.empty() || b.empty() ? kNone : KolmogorovSmirnov(a, b).p;
  };
  score.dwell_above_ks_p = p(measured.above_s, simulated.above_s);
  score.dwell_below_ks_p = p(measured.below_s, simulated.below_s);
}

double WindowW1(const std::vector<ItemScore>& items, std::size_t signal, std::size_t w) {
  std::vector<double> measured;
  const std::size_t seeds = items[0].signals[signal].window_draws[w].size();
  std::vector<std::vector<double>> simulated(seeds);
  for (const ItemScore& item : items) {
    const ItemSignal& s = item.signals[signal];
    measured.insert(measured.end(), s.window_w[w].begin(), s.window_w[w].end());
    for (std::size_t seed = 0; seed < seeds; ++seed) {
      simulated[seed].insert(simulated[seed].end(), s.window_draws[w][seed].begin(),
                             s.window_draws[w][seed].end());
    }
  }
  if (measured.empty()) return kNone;
  double sum = 0;
  for (std::vector<double>& draws : simulated)
    sum += draws.empty() ? kNone : Wasserstein1(measured, std::move(draws));
  return sum / static_cast<double>(seeds);
}

double AcfError(const std::vector<ItemScore>& items, std::size_t signal) {
  std::vector<double> errors;
  for (std::size_t lag = 0; lag < items[0].signals[signal].acf.size(); ++lag) {
    std::vector<double> measured, simulated;
    for (const ItemScore& item : items) {
      measured.push_back(item.signals[signal].acf[lag]);
      simulated.push_back(item.signals[signal].acf_simulated[lag]);
    }
    errors.push_back(std::abs(MeanOfDefined(measured) - MeanOfDefined(simulated)));
  }
  return MeanOfDefined(errors);
}

void CountInside(double observed, const std::vector<double>& sorted, std::size_t seed,
                 std::vector<std::size_t>& inside_90, std::vector<std::size_t>& inside_50) {
  inside_90.resize(std::max(inside_90.size(), seed + 1), 0);
  inside_50.resize(std::max(inside_50.size(), seed + 1), 0);
  inside_90[seed] += InCentralInterval(observed, sorted, 0.9);
  inside_50[seed] += InCentralInterval(observed, sorted, 0.5);
}

}  // namespace

ActionScore ScoreAction(const std::string& action, const std::vector<ItemScore>& items,
                        const std::vector<std::string>& signals) {
  ActionScore score;
  score.action = action;
  score.requests = items.size();
  constexpr auto kEnergy = static_cast<std::size_t>(Feature::kEnergy);
  for (std::size_t k = 0; k < signals.size(); ++k) {
    SignalScore& s = score.signals.emplace_back();
    s.signal = signals[k];
    s.energy_j = ScoreFeature(items, k, Feature::kEnergy);
    s.peak_w = ScoreFeature(items, k, Feature::kPeak);
    s.roughness_w = ScoreFeature(items, k, Feature::kRoughness);
    s.lag1 = ScoreFeature(items, k, Feature::kLag1);
    s.t50_s = ScoreFeature(items, k, Feature::kT50);
    s.ramp_s = ScoreFeature(items, k, Feature::kRamp);
    s.plateau_sd_w = ScoreFeature(items, k, Feature::kPlateauSd);
    std::vector<double> logs, windows;
    for (const ItemScore& item : items) {
      const ItemSignal& signal = item.signals[k];
      for (std::size_t seed = 0; seed < signal.draws.size(); ++seed) {
        CountInside(signal.measured[kEnergy], Doubles(signal.draws[seed][kEnergy]), seed,
                    s.inside_90, s.inside_50);
      }
      logs.push_back(signal.log_score);
      windows.push_back(signal.window_w[1].empty() ? kNone : signal.window_crps_w);
    }
    for (std::size_t w = 0; w < 3; ++w) s.window_w1_w[w] = WindowW1(items, k, w);
    s.window_crps_w = MeanOfDefined(windows);
    s.log_score = std::isnan(logs[0]) ? kNone : Mean(logs);
    s.acf_error = AcfError(items, k);
    ScoreDwells(items, k, s);
  }
  std::vector<double> probability;
  std::vector<char> happened;
  double measured = 0, simulated = 0;
  for (const ItemScore& item : items) {
    probability.push_back(item.cap_probability);
    happened.push_back(item.exceeds_cap ? 1 : 0);
    measured += item.measured_energy_j;
    for (std::size_t seed = 0; seed < item.given_tokens_draws.size(); ++seed) {
      const std::vector<double> draws = Doubles(item.given_tokens_draws[seed]);
      simulated += Mean(draws) / static_cast<double>(item.given_tokens_draws.size());
      CountInside(item.measured_energy_j, draws, seed, score.given_tokens_inside_90,
                  score.given_tokens_inside_50);
    }
  }
  score.cap_exceedance_simulated = Mean(probability);
  score.cap_exceedance_measured =
      std::accumulate(happened.begin(), happened.end(), 0.0) / static_cast<double>(items.size());
  score.cap_brier = BrierScore(probability, happened);
  score.given_tokens_bias = items[0].given_tokens_draws.empty() ? kNone : simulated / measured - 1;
  return score;
}

ActionScore TruthAgainstTruth(const std::string& action, const std::vector<ItemScore>& items,
                              const std::vector<std::string>& signals, std::uint64_t seed) {
  constexpr int kSplits = 300;
  ActionScore floor;
  floor.action = action;
  floor.requests = items.size();
  WordStream words =
      Noise{.seed = seed ^ HashName(action), .phase = Phase::kBootstrap}.Words(Stream::kResample);
  std::vector<std::vector<std::size_t>> halves;
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (int split = 0; split < kSplits; ++split) {
    for (std::size_t i = order.size(); i > 1; --i)
      std::swap(order[i - 1], order[UniformIndex(words, static_cast<std::uint32_t>(i))]);
    halves.push_back(order);
  }
  // Median over splits of the distance between the two halves of what `values` gives per request.
  const auto distance = [&](const auto& values) {
    std::vector<double> distances;
    for (const std::vector<std::size_t>& half : halves) {
      std::vector<double> a, b;
      for (std::size_t i = 0; i < half.size(); ++i) {
        for (const double v : values(items[half[i]])) {
          if (!std::isnan(v)) (i < half.size() / 2 ? a : b).push_back(v);
        }
      }
      distances.push_back(a.empty() || b.empty() ? kNone : Wasserstein1(a, b));
    }
    return MedianOfDefined(std::move(distances));
  };
  for (std::size_t k = 0; k < signals.size(); ++k) {
    SignalScore& s = floor.signals.emplace_back();
    s.signal = signals[k];
    const auto feature = [&](Feature f) {
      FeatureScore score;
      score.w1 = distance([&](const ItemScore& item) {
        return std::vector<double>{item.signals[k].measured[static_cast<std::size_t>(f)]};
      });
      return score;
    };
    s.energy_j = feature(Feature::kEnergy);
    s.peak_w = feature(Feature::kPeak);
    s.roughness_w = feature(Feature::kRoughness);
    s.lag1 = feature(Feature::kLag1);
    s.t50_s = feature(Feature::kT50);
    s.ramp_s = feature(Feature::kRamp);
    s.plateau_sd_w = feature(Feature::kPlateauSd);
    for (std::size_t w = 0; w < 3; ++w)
      s.window_w1_w[w] =
          distance([&](const ItemScore& item) { return item.signals[k].window_w[w]; });
    s.log_score = kNone;
  }
  return floor;
}

std::vector<PairedRow> ComparePaired(const std::vector<std::vector<ItemScore>>& reference,
                                     const std::vector<std::vector<ItemScore>>& against,
                                     const std::vector<std::string>& signals, bool blocks,
                                     std::uint64_t seed) {
  constexpr std::size_t kRun = 4;  // neighbouring blocks of a recording
  std::vector<PairedRow> rows;
  for (std::size_t k = 0; k < signals.size(); ++k) {
    const auto compare = [&](const std::string& name, const auto& score) {
      std::vector<std::vector<double>> a(reference.size()), b(reference.size());
      std::vector<double> all_a, all_b;
      std::vector<std::size_t> stratum;
      for (std::size_t action = 0; action < reference.size(); ++action) {
        for (std::size_t i = 0; i < reference[action].size(); ++i) {
          const double x = score(reference[action][i].signals[k]);
          const double y = score(against[action][i].signals[k]);
          a[action].push_back(x);
          b[action].push_back(y);
          all_a.push_back(x);
          all_b.push_back(y);
          stratum.push_back(action);
        }
      }
      const PairedDifference difference =
          blocks ? BootstrapBlocks(a, b, kRun, {.seed = seed})
                 : BootstrapRequests(all_a, all_b, stratum, {.seed = seed});
      if (difference.count > 0) rows.push_back({signals[k], name, difference});
    };
    const auto crps = [](Feature feature) {
      return [feature](const ItemSignal& s) { return s.Crps(feature); };
    };
    compare("energy, CRPS as a share of the energy", [](const ItemSignal& s) {
      return s.Crps(Feature::kEnergy) / s.measured[static_cast<std::size_t>(Feature::kEnergy)];
    });
    compare("peak, CRPS in W", crps(Feature::kPeak));
    compare("1 s windows, CRPS in W",
            [](const ItemSignal& s) { return s.window_w[1].empty() ? kNone : s.window_crps_w; });
    compare("time to half the rise, CRPS in s", crps(Feature::kT50));
    compare("ramp from half to 95 %, CRPS in s", crps(Feature::kRamp));
    compare("plateau sd, CRPS in W", crps(Feature::kPlateauSd));
    compare("roughness, CRPS in W", crps(Feature::kRoughness));
    compare("lag-1 autocorrelation, CRPS", crps(Feature::kLag1));
    compare("one-step log score, nats per reading (negative log density)",
            [](const ItemSignal& s) { return -s.log_score; });
  }
  return rows;
}

}  // namespace edgesim
