// Scores of one held-out item, of an action, and of two models against each other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calibration/fidelity.h"
#include "calibration/fidelity_items.h"

namespace edgesim {

struct ItemOptions {
  int draws = 2000, seeds = 3;
  std::uint64_t seed = 1;
  std::uint32_t item = 0;  // keys the noise, with the seed's number
  double cap_w = 0;
};

// One signal of one item.
struct ItemSignal {
  std::array<double, kFeatures> measured{};
  std::vector<std::array<std::vector<float>, kFeatures>> draws;  // [seed][feature][draw], sorted
  std::vector<double> window_w[3];                               // measured means over kWindows_s
  std::vector<std::vector<float>> window_draws[3];               // [seed]: of some draws, pooled
  double window_crps_w = 0;                                      // of the 1 s windows, mean
  std::vector<double> acf, acf_simulated;                        // lags 1 .. 10
  std::vector<double> watts;                                     // measured readings
  std::vector<double> t_s;
  std::vector<std::vector<float>> some_paths;  // simulated, for dwell times
  double log_score = 0;                        // nats per reading
  double Crps(Feature feature) const;          // mean over seeds
};

struct ItemScore {
  std::vector<ItemSignal> signals;  // rails, then their sum where there are several
  bool exceeds_cap = false;
  double cap_probability = 0;
  double measured_energy_j = 0;  // over [0, duration], all rails
  std::vector<std::vector<float>>
      given_tokens_draws;  // [seed][draw] J, sorted; empty: tokens unknown
};

ItemScore ScoreItem(const PathModel& model, const FidelityPart& part, const HeldOut& item,
                    const std::vector<bool>& ramps, double interval_s, const ItemOptions& options);

ActionScore ScoreAction(const std::string& action, const std::vector<ItemScore>& items,
                        const std::vector<std::string>& signals);

// Measured requests against each other: medians over random halves; distances only.
ActionScore TruthAgainstTruth(const std::string& action, const std::vector<ItemScore>& items,
                              const std::vector<std::string>& signals, std::uint64_t seed);

// [action][item] of the two models, the same items in the same order.
std::vector<PairedRow> ComparePaired(const std::vector<std::vector<ItemScore>>& reference,
                                     const std::vector<std::vector<ItemScore>>& against,
                                     const std::vector<std::string>& signals, std::uint64_t seed);

}  // namespace edgesim
