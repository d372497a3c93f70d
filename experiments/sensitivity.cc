#include "experiments/sensitivity.h"

#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "experiments/frozen_policies.h"
#include "experiments/paired.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

constexpr const char* kAsIs = "as it is";

// A world with what a report needs of its episodes.
struct Outcome {
  const BuiltExperiment& world;
  std::vector<PolicyRun> runs;
  std::vector<std::vector<double>> rewards;  // [policy][replica]
};

Outcome EvaluateAll(FrozenPolicies& policies, const BuiltExperiment& world, const ShareDone& done) {
  Outcome outcome{.world = world, .runs = policies.EvaluateIn(world, done), .rewards = {}};
  for (const PolicyRun& run : outcome.runs) outcome.rewards.push_back(RewardPerReplica(run));
  return outcome;
}

std::vector<double> Means(const std::vector<std::vector<double>>& rewards) {
  std::vector<double> means;
  for (const std::vector<double>& of_replica : rewards) means.push_back(Mean(of_replica));
  return means;
}

bool HoldsZero(const Estimate& e) { return !e.ci95 || (e.ci95->low <= 0 && e.ci95->high >= 0); }

// `order`: positions of the policies by falling reward as it is.
std::vector<RankSwap> FindSwaps(const Outcome& outcome, const std::vector<std::size_t>& order,
                                const std::vector<std::vector<double>>& as_is) {
  std::vector<RankSwap> swaps;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i + 1; j < order.size(); ++j) {
      const std::size_t a = order[i], b = order[j];
      RankSwap swap{.ahead = outcome.runs[a].name,
                    .behind = outcome.runs[b].name,
                    .as_is = PairedDifference(as_is[a], as_is[b]),
                    .here = PairedDifference(outcome.rewards[a], outcome.rewards[b])};
      if (!(Mean(as_is[a]) > Mean(as_is[b])) ||
          !(Mean(outcome.rewards[a]) < Mean(outcome.rewards[b])))
        continue;
      swap.beyond_noise = !HoldsZero(swap.as_is) && !HoldsZero(swap.here);
      swaps.push_back(std::move(swap));
    }
  }
  return swaps;
}

WorldReport Report(const std::string& name, const Outcome& outcome,
                   const std::vector<std::size_t>& order,
                   const std::vector<std::vector<double>>& as_is, const Replanned& replanned) {
  WorldReport report{.name = name,
                     .profile_hash = outcome.world.profile_hash,
                     .none_because = replanned.none_because,
                     .optimum = {},
                     .policies = {},
                     .tau = {},
                     .swaps = FindSwaps(outcome, order, as_is)};
  std::vector<double> best;
  if (replanned.none_because.empty()) {
    best = RewardPerReplica(replanned.run);
    report.optimum = EstimateOverReplicas(best);
  }
  const std::vector<double> means = Means(outcome.rewards);
  for (const std::size_t p : order) {
    PolicyInWorld& policy = report.policies.emplace_back();
    policy.name = outcome.runs[p].name;
    policy.reward = EstimateOverReplicas(outcome.rewards[p]);
    policy.change = PairedDifference(outcome.rewards[p], as_is[p]);
    policy.rank += static_cast<std::size_t>(
        std::count_if(means.begin(), means.end(), [&](double mean) { return mean > means[p]; }));
    if (report.optimum) policy.regret = PairedDifference(best, outcome.rewards[p]);
    const ExperimentConfig& config = outcome.world.config;
    policy.constraints = Certify(outcome.runs[p], ConstraintsOf(config), config.workload.requests);
  }
  report.tau = KendallTau(Means(as_is), means);
  return report;
}

std::vector<std::unique_ptr<BuiltExperiment>> BuildWorlds(
    const LoadedExperiment& loaded, const std::vector<PerturbedWorld>& worlds) {
  if (worlds.empty()) throw InputError("no perturbed world is named");
  std::set<std::string> names;
  std::vector<std::unique_ptr<BuiltExperiment>> built;
  for (const PerturbedWorld& world : worlds) {
    if (!names.insert(world.name).second)
      throw InputError(fmt::format("{}: named twice", world.name));
    try {
      built.push_back(Build(loaded, world.change));
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: {}", world.name, error.what()));
    }
  }
  return built;
}

SensitivityReport RunWorlds(const LoadedExperiment& loaded,
                            const std::vector<PerturbedWorld>& perturbed,
                            const SensitivityOptions& options) {
  if (loaded.config.policies.empty()) {
    loaded.document.Fail("policies",
                         "there are no policies whose ranking could change; constant "
                         "actions alone are not trained or planned");
  }
  const std::unique_ptr<BuiltExperiment> built = Build(loaded);
  const std::vector<std::unique_ptr<BuiltExperiment>> worlds = BuildWorlds(loaded, perturbed);
  // Training, the experiment as it is, the other worlds: taken to last equally long.
  const auto phase = [&](std::size_t index, const std::string& what) -> ShareDone {
    if (!options.progress) return {};
    return [&options, what, index, phases = worlds.size() + 2](double share) {
      options.progress((static_cast<double>(index) + share) / static_cast<double>(phases), what);
    };
  };
  FrozenPolicies policies(*built, phase(0, "training"));
  const Outcome origin = EvaluateAll(policies, *built, phase(1, kAsIs));

  const std::vector<double> means = Means(origin.rewards);
  std::vector<std::size_t> order(means.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return means[a] > means[b]; });

  const Lineup& lineup = policies.Origin();
  Replanned planned{.none_because = lineup.no_optimum_because, .run = {}};
  if (planned.none_because.empty()) {
    planned.run = *std::find_if(origin.runs.begin(), origin.runs.end(),
                                [&](const auto& run) { return run.name == lineup.optimum; });
  }
  SensitivityReport report = {Report(kAsIs, origin, order, origin.rewards, planned)};
  for (std::size_t w = 0; w < worlds.size(); ++w) {
    const Outcome outcome = EvaluateAll(policies, *worlds[w], phase(w + 2, perturbed[w].name));
    report.push_back(
        Report(perturbed[w].name, outcome, order, origin.rewards, ReplanIn(*worlds[w])));
  }
  return report;
}

}  // namespace

PerturbedWorld EnergyScaled(double factor) {
  return {.name = fmt::format("energy x {:g}", factor),
          .change = {.profile = {}, .scale = {.power = factor, .latency = 1}}};
}

PerturbedWorld LatencyScaled(double factor) {
  return {.name = fmt::format("latency x {:g}", factor),
          .change = {.profile = {}, .scale = {.power = 1, .latency = factor}}};
}

PerturbedWorld BandwidthScaled(double factor) {
  return {.name = fmt::format("bandwidth x {:g}", factor),
          .change = {.profile = {}, .scale = {.power = 1, .latency = 1 / factor}}};
}

PerturbedWorld GeometricStays() {
  return {.name = "geometric stays", .change = {.profile = {}, .geometric = true, .scale = {}}};
}

PerturbedWorld OtherProfile(const std::filesystem::path& file) {
  return {.name = fmt::format("profile {}", file.string()),
          .change = {.profile = file, .scale = {}}};
}

std::vector<PerturbedWorld> DefaultWorlds(const LoadedExperiment& loaded) {
  std::vector<PerturbedWorld> worlds = {BandwidthScaled(0.9), BandwidthScaled(1.1),
                                        EnergyScaled(0.9), EnergyScaled(1.1)};
  if (loaded.config.device.profile) worlds.push_back(GeometricStays());
  return worlds;
}

SensitivityReport RunSensitivity(const LoadedExperiment& loaded,
                                 const std::vector<PerturbedWorld>& worlds,
                                 const SensitivityOptions& options) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options.threads));
  tbb::task_arena arena(options.threads);
  return arena.execute([&] { return RunWorlds(loaded, worlds, options); });
}

std::vector<RankSwap> SwapsAmongBest(const WorldReport& as_is, const WorldReport& world,
                                     std::size_t best) {
  std::set<std::string> names;
  for (std::size_t p = 0; p < std::min(best, as_is.policies.size()); ++p)
    names.insert(as_is.policies[p].name);
  std::vector<RankSwap> swaps;
  std::copy_if(world.swaps.begin(), world.swaps.end(), std::back_inserter(swaps),
               [&](const RankSwap& swap) {
                 return names.contains(swap.ahead) || names.contains(swap.behind);
               });
  return swaps;
}

}  // namespace edgesim
