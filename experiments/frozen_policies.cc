#include "experiments/frozen_policies.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <mutex>

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
    : plans_(MakePlans(built, origin_, {})), contestants_(Contestants(built, plans_, origin_)) {
  const std::uint32_t replicas = built.config.replicas;
  frozen_.resize(contestants_.size());
  for (auto& of_replica : frozen_) of_replica.resize(replicas);
  ForEachCell(contestants_.size(), replicas, done, [&](std::size_t c, std::uint32_t r) {
    Replica training;
    frozen_[c][r] = Train(built, contestants_[c], r, training);
  });
}

std::vector<PolicyRun> FrozenPolicies::EvaluateIn(const BuiltExperiment& world,
                                                  const ShareDone& done) {
  std::vector<PolicyRun> runs;
  for (const Contestant& contestant : contestants_) {
    runs.push_back(RunOf(contestant));
    runs.back().replicas.resize(world.config.replicas);
  }
  ForEachCell(runs.size(), world.config.replicas, done, [&](std::size_t c, std::uint32_t r) {
    Evaluate(world, contestants_[c], *frozen_[c][r], r, runs[c].replicas[r]);
  });
  return runs;
}

Replanned ReplanIn(const BuiltExperiment& world) {
  RunResult result;
  const Plans plans = MakePlans(world, result, {});
  if (!result.optimum.none_because.empty())
    return {.none_because = result.optimum.none_because, .run = {}};
  const std::vector<Contestant> all = Contestants(world, plans, result);
  const Contestant& optimum = *std::find_if(
      all.begin(), all.end(), [&](const auto& c) { return c.name == result.optimum.policy; });
  Replanned replanned{.none_because = "", .run = RunOf(optimum)};
  replanned.run.replicas.resize(world.config.replicas);
  ForEachCell(1, world.config.replicas, {}, [&](std::size_t, std::uint32_t r) {
    Replica& replica = replanned.run.replicas[r];
    const std::unique_ptr<Policy> policy = Train(world, optimum, r, replica);
    Evaluate(world, optimum, *policy, r, replica);
  });
  return replanned;
}

}  // namespace edgesim
