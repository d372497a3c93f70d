// One policy on one replica: its training and its evaluation.
#pragma once

#include <functional>
#include <memory>

#include "experiments/contestants.h"
#include "experiments/runner.h"
#include "sim/episode_record.h"

namespace edgesim {

// The noise of an episode of this replica; policies of all names meet the same.
Noise EpisodeNoise(const BuiltExperiment& built, std::uint32_t replica, std::uint32_t episode,
                   Phase phase);

EvalRow RowOf(const EpisodeRecord& record, const ExperimentConfig& config);

// A policy as it is evaluated: a learner trained for episodes.train episodes, after those of
// `resume` if that is not null (a policy of the same kind and sizes, else InputError). What
// training left behind is added to `result`. `checkpoint` as RunOptions has it.
std::unique_ptr<Policy> TrainedPolicy(const BuiltExperiment& built, const Contestant& contestant,
                                      std::uint32_t replica, const TrainedState* resume,
                                      Replica& result,
                                      const std::function<void()>& checkpoint = {});

// Adds the evaluation episodes of a frozen policy, in the world of `built`, to `result`.
void Evaluate(const BuiltExperiment& built, const Contestant& contestant, Policy& policy,
              std::uint32_t replica, Replica& result, const std::function<void()>& checkpoint = {});

// Without replicas.
PolicyRun RunOf(const Contestant& contestant);

Replica RunReplica(const BuiltExperiment& built, const Contestant& contestant,
                   std::uint32_t replica, const RunOptions& options);

}  // namespace edgesim
