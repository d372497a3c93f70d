// One held-out item - a request or a block of a recording - beside its simulations.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "calibration/fidelity_plan.h"
#include "calibration/path_features.h"
#include "calibration/path_model.h"

namespace edgesim {

// The scalar features of a path; NaN where the path is too short for one.
enum class Feature { kEnergy, kPeak, kRoughness, kLag1, kT50, kRamp, kPlateauSd };
inline constexpr std::size_t kFeatures = 7;
std::array<double, kFeatures> PathFeaturesOf(PowerPath path, bool ramps);

inline constexpr double kPlateauFrom_s =
    2.5;  // lag-1 autocorrelation and plateau sd are of what is later
inline constexpr double kWindows_s[3] = {0.1, 1, 10};

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

}  // namespace edgesim
