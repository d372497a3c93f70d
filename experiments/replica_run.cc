#include "experiments/replica_run.h"

#include <limits>

#include "policies/multipliers.h"

namespace edgesim {

Noise EpisodeNoise(const BuiltExperiment& built, std::uint32_t replica, std::uint32_t episode,
                   Phase phase) {
  return {.seed = built.config.seed,
          .replica = replica,
          .episode = episode,
          .entity = 0,
          .phase = phase};
}

EvalRow RowOf(const EpisodeRecord& record, const ExperimentConfig& config) {
  constexpr double kNoSuccess = std::numeric_limits<double>::infinity();
  const double success_score = config.success_score.value_or(kNoSuccess);
  EvalRow row{.reward = record.reward,
              .energy_j = record.energy.value(),
              .budget_used = record.budget_used,
              .unserved = record.requests_unserved};
  row.browned_out = record.end_reason == EndReason::kEnergyExhausted && !record.rows.empty() &&
                    !record.rows.back().completed;
  for (const RequestRow& request : record.rows) {
    row.any_exceeded = row.any_exceeded || request.cap_exceeded;
    if (request.rejected) {
      ++row.rejected;
      continue;
    }
    if (!request.completed) {
      ++row.cut;
      continue;
    }
    ++row.served;
    row.late += request.late;
    row.succeeded += request.score >= success_score;
    row.exceeded += request.cap_exceeded;
    row.completed_energy_j += request.energy.value();
    row.completed_latency_s += InSeconds(request.ended - request.request.arrival);
  }
  return row;
}

std::unique_ptr<Policy> TrainedPolicy(const BuiltExperiment& built, const Contestant& contestant,
                                      std::uint32_t replica, const TrainedState* resume,
                                      Replica& result) {
  const std::uint32_t first = resume != nullptr ? resume->episodes : 0;
  std::unique_ptr<Policy> policy = contestant.make(first);
  if (!contestant.learns) return policy;
  if (resume != nullptr) policy->Load(resume->state);
  const std::uint32_t end = first + built.config.episodes.train;
  result.curve.reserve(built.config.episodes.train);
  for (std::uint32_t episode = first; episode < end; ++episode) {
    const EpisodeRecord record = RunEpisode(built.world, *policy, contestant.name,
                                            EpisodeNoise(built, replica, episode, Phase::kTrain));
    result.curve.push_back({record.reward, record.budget_used});
    result.draws_clamped += record.power_draws_clamped;
  }
  return policy;
}

void Evaluate(const BuiltExperiment& built, const Contestant& contestant, Policy& policy,
              std::uint32_t replica, Replica& result) {
  result.eval.reserve(built.config.episodes.eval);
  for (std::uint32_t episode = 0; episode < built.config.episodes.eval; ++episode) {
    const EpisodeRecord record = RunEpisode(built.world, policy, contestant.name,
                                            EpisodeNoise(built, replica, episode, Phase::kEval));
    result.eval.push_back(RowOf(record, built.config));
    result.draws_clamped += record.power_draws_clamped;
  }
}

PolicyRun RunOf(const Contestant& contestant) {
  return {.name = contestant.name,
          .learns = contestant.learns,
          .plans = contestant.plans,
          .constant = contestant.constant,
          .shielded = contestant.shielded,
          .replicas = {}};
}

Replica RunReplica(const BuiltExperiment& built, const Contestant& contestant,
                   std::uint32_t replica, const RunOptions& options) {
  const ExperimentConfig& config = built.config;
  Replica result;
  const TrainedState* resume = contestant.config && contestant.learns && options.resume != nullptr
                                   ? &options.resume->at({contestant.name, replica})
                                   : nullptr;
  const std::unique_ptr<Policy> policy = TrainedPolicy(built, contestant, replica, resume, result);
  if (contestant.learns && options.keep_trained) {
    result.trained = {
        .episodes = (resume != nullptr ? resume->episodes : 0) + config.episodes.train,
        .state = policy->Save()};
  }
  if (const auto* priced = dynamic_cast<const PricesConstraints*>(policy.get()))
    result.multipliers = priced->Multipliers();
  Evaluate(built, contestant, *policy, replica, result);
  return result;
}

}  // namespace edgesim
