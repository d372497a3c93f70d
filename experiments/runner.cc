#include "experiments/runner.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <mutex>

#include "experiments/contestants.h"
#include "experiments/replica_run.h"
#include "experiments/request_sampler.h"
#include "sim/task_fence.h"

namespace edgesim {

namespace {

// Mean reward over evaluation episodes had all outcomes been known: the actions meet the same noise
// in an episode whoever chooses, so what each would have cost and earned can be replayed.
double Hindsight(const BuiltExperiment& built, std::uint32_t episodes_per_replica) {
  const ExperimentConfig& config = built.config;
  const std::size_t actions = built.actions.size();
  std::vector<double> reward(std::size_t{config.replicas} * episodes_per_replica);
  TaskFence fence;
  tbb::parallel_for(std::size_t{0}, reward.size(), [&](std::size_t i) {
    const TaskFence::Task task(fence);
    const Noise noise{.seed = config.seed,
                      .replica = static_cast<std::uint32_t>(i / episodes_per_replica),
                      .episode = static_cast<std::uint32_t>(i % episodes_per_replica),
                      .entity = 0,
                      .phase = Phase::kEval};
    std::vector<std::vector<double>> energy_j(config.workload.requests,
                                              std::vector<double>(actions)),
        earned = energy_j;
    RequestSampler sampler(built);
    for (std::uint32_t r = 0; r < config.workload.requests; ++r) {
      const Request request = built.workload->Next(r, SimTime{}, noise.Of(r));
      for (ActionId a = 0; a < actions; ++a) {
        const SampledRequest sampled = sampler.Sample(request, a, noise.Of(r));
        energy_j[r][a] = sampled.run.energy.value();
        earned[r][a] = sampled.score / kMaxScore +
                       (sampled.run.cap_exceeded ? built.world.exceedance_reward : 0);
      }
    }
    const double cut = std::max(0.0, config.energy_budget.brown_out_reward);
    reward[i] = cut + HindsightReward(energy_j, earned, built.world.limits.budget.limit,
                                      std::size_t{kBoundSteps} * config.optimum.energy_steps);
  });
  fence.Join();
  double sum = 0;
  for (const double r : reward) sum += r;
  return sum / static_cast<double>(reward.size());
}

// What bounds the optimum without constraints.
void BoundOptimum(const BuiltExperiment& built, const DecisionModel& model, Optimum& optimum) {
  const ExperimentConfig& config = built.config;
  optimum.upper_bound = UpperBound(model);
  constexpr std::uint32_t kHindsightEpisodes =
      2000;  // over all replicas; its mean is then good to 0.02
  optimum.hindsight_episodes =
      std::min(config.episodes.eval, (kHindsightEpisodes + config.replicas - 1) / config.replicas);
  optimum.hindsight = Hindsight(built, optimum.hindsight_episodes);
}

RunResult RunAll(const BuiltExperiment& built, const RunOptions& options) {
  const ExperimentConfig& config = built.config;
  const std::unique_ptr<const Lineup> lineup = MakeLineup(built, options.on_model, options.guests);
  RunResult result{
      .model = lineup->model,
      .optimum = {.none_because = lineup->no_optimum_because, .policy = lineup->optimum},
      .constrained = lineup->plans.constrained,
      .router = lineup->router,
      .policies = {}};
  if (result.constrained) {
    result.optimum.computed = result.constrained->value;
  } else if (lineup->plans.optimum) {
    result.optimum.computed = lineup->plans.optimum->Value();
    BoundOptimum(built, result.model, result.optimum);
  }
  const std::vector<Contestant>& contestants = lineup->contestants;
  const auto episodes_of = [&](const Contestant& c) {
    return std::uint64_t{config.episodes.eval} + (c.learns ? config.episodes.train : 0);
  };
  for (const Contestant& c : contestants) {
    result.policies.push_back(RunOf(c));
    result.policies.back().replicas.resize(config.replicas);
    result.episodes += episodes_of(c) * config.replicas;
  }
  std::mutex progress_mutex;
  std::uint64_t done = 0;
  TaskFence fence;
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(0, contestants.size() * config.replicas, 1),
      [&](const tbb::blocked_range<std::size_t>& cells) {
        const TaskFence::Task task(fence);
        for (std::size_t cell = cells.begin(); cell != cells.end(); ++cell) {
          const std::size_t p = cell / config.replicas, r = cell % config.replicas;
          result.policies[p].replicas[r] =
              RunReplica(built, contestants[p], static_cast<std::uint32_t>(r), options);
          if (!options.progress) continue;
          const std::lock_guard lock(progress_mutex);
          done += episodes_of(contestants[p]);
          options.progress(done, result.episodes);
        }
      },
      tbb::simple_partitioner());
  fence.Join();
  return result;
}

}  // namespace

RunResult RunExperiment(const BuiltExperiment& built, const RunOptions& options) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options.threads));
  tbb::task_arena arena(options.threads);
  return arena.execute([&] { return RunAll(built, options); });
}

}  // namespace edgesim
