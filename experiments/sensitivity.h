// Would the ranking of the policies survive another model of power or latency? Policies are trained
// and planned in the experiment as it is, frozen, and evaluated in worlds whose device differs, on
// the same requests and noise.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "experiments/build.h"
#include "experiments/certificate.h"
#include "sim/stats.h"

namespace edgesim {

struct PerturbedWorld {
  std::string name;  // in reports, e.g. "energy x 0.9"
  DeviceChange change;
};

// +-10 % of bandwidth and of energy and, for a measured device, geometric stays.
std::vector<PerturbedWorld> DefaultWorlds(const LoadedExperiment& loaded);

PerturbedWorld EnergyScaled(double factor);
PerturbedWorld LatencyScaled(double factor);
// A decode that waits for memory takes 1 / factor as long, at the same power.
PerturbedWorld BandwidthScaled(double factor);
PerturbedWorld GeometricStays();
PerturbedWorld OtherProfile(const std::filesystem::path& file);

// One policy in one world. Intervals are over replicas (null under kMinReplicas).
struct PolicyInWorld {
  std::string name;
  Estimate reward;
  Estimate change;                 // reward - that in the experiment as it is, paired
  std::size_t rank = 1;            // 1 + policies with more reward
  std::optional<Estimate> regret;  // optimum planned for this world - reward, paired
  std::vector<Certificate> constraints;
};

// Two policies, one ahead in the experiment as it is, the other ahead in this world.
struct RankSwap {
  std::string ahead, behind;  // in the experiment as it is
  Estimate as_is, here;       // reward of `ahead` - that of `behind`, paired
  bool beyond_noise = false;  // neither interval holds 0
};

struct WorldReport {
  std::string name;
  std::string profile_hash;
  std::string none_because;             // not empty: nothing was planned for this world
  std::optional<Estimate> optimum;      // reward of what was
  std::vector<PolicyInWorld> policies;  // by falling reward in the experiment as it is
  std::optional<double> tau;            // Kendall's tau-b of the rewards with those as it is
  std::vector<RankSwap> swaps;
};

// The experiment as it is comes first, then one world per perturbation.
using SensitivityReport = std::vector<WorldReport>;

struct SensitivityOptions {
  int threads = 1;
  // Called now and then with the share that is done and with what is being done; never from two
  // threads at once.
  std::function<void(double, const std::string&)> progress;
};

// The same figures for any number of threads. Throws InputError, with the world's name, where a
// world cannot be: see ReadDevice; where two worlds have one name; and where there is none.
SensitivityReport RunSensitivity(const LoadedExperiment& loaded,
                                 const std::vector<PerturbedWorld>& worlds,
                                 const SensitivityOptions& options);

// Swaps in which one of the `best` best policies takes part.
std::vector<RankSwap> SwapsAmongBest(const WorldReport& as_is, const WorldReport& world,
                                     std::size_t best);

}  // namespace edgesim
