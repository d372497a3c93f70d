#include "experiments/frozen_policies.h"

#include <tbb/parallel_for.h>

#include <mutex>

#include "experiments/replica_run.h"
#include "sim/task_fence.h"

namespace edgesim {

namespace {

// Calls work(contestant, replica) for all of them in parallel.
template <class Work>
void ForEachCell(std::size_t contestants, std::uint32_t replicas, const ShareDone& done,
                 const Work& work) {
  const std::size_t cells_in_all = contestants * replicas;
  std::mutex mutex;
  std::size_t cells_done = 0;
  TaskFence fence;
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(0, cells_in_all, 1),
      [&](const tbb::blocked_range<std::size_t>& cells) {
        const TaskFence::Task task(fence);
        for (std::size_t cell = cells.begin(); cell != cells.end(); ++cell) {
          work(cell / replicas, static_cast<std::uint32_t>(cell % replicas));
          if (!done) continue;
          const std::lock_guard lock(mutex);
          done(static_cast<double>(++cells_done) / static_cast<double>(cells_in_all));
        }
      },
      tbb::simple_partitioner());
  fence.Join();
}

}  // namespace

FrozenPolicies::FrozenPolicies(const BuiltExperiment& built, const ShareDone& done)
    : lineup_(MakeLineup(built)) {
  const std::vector<Contestant>& contestants = lineup_->contestants;
  const std::uint32_t replicas = built.config.replicas;
  frozen_.resize(contestants.size());
  for (auto& of_replica : frozen_) of_replica.resize(replicas);
  ForEachCell(contestants.size(), replicas, done, [&](std::size_t c, std::uint32_t r) {
    Replica training;
    frozen_[c][r] = TrainedPolicy(built, contestants[c], r, nullptr, training);
  });
}

std::vector<PolicyRun> FrozenPolicies::EvaluateIn(const BuiltExperiment& world,
                                                  const ShareDone& done) {
  const std::vector<Contestant>& contestants = lineup_->contestants;
  std::vector<PolicyRun> runs;
  for (const Contestant& contestant : contestants) {
    runs.push_back(RunOf(contestant));
    runs.back().replicas.resize(world.config.replicas);
  }
  ForEachCell(runs.size(), world.config.replicas, done, [&](std::size_t c, std::uint32_t r) {
    Evaluate(world, contestants[c], *frozen_[c][r], r, runs[c].replicas[r]);
  });
  return runs;
}

Replanned ReplanIn(const BuiltExperiment& world) {
  const std::unique_ptr<const Lineup> lineup = MakeLineup(world);
  if (!lineup->no_optimum_because.empty())
    return {.none_because = lineup->no_optimum_because, .run = {}};
  const Contestant& optimum = *lineup->Find(lineup->optimum);
  Replanned replanned{.none_because = "", .run = RunOf(optimum)};
  replanned.run.replicas.resize(world.config.replicas);
  ForEachCell(1, world.config.replicas, {}, [&](std::size_t, std::uint32_t r) {
    replanned.run.replicas[r] = RunReplica(world, optimum, r, {});
  });
  return replanned;
}

}  // namespace edgesim
