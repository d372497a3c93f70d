#include "experiments/runner.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <limits>
#include <mutex>

#include "experiments/decision_model_estimate.h"
#include "experiments/request_sampler.h"
#include "policies/constrained_router.h"
#include "policies/multipliers.h"
#include "sim/task_fence.h"

namespace edgesim {

namespace {

struct Contestant {
  std::string name;
  std::function<std::unique_ptr<Policy>()> make;
  bool learns = false;
  bool plans = false;
  std::optional<ActionId> constant;
  bool shielded = false;
};

EvalRow Summarise(const EpisodeRecord& record, double success_score) {
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

Replica RunReplica(const BuiltExperiment& built, const Contestant& contestant,
                   std::uint32_t replica) {
  const ExperimentConfig& config = built.config;
  const std::unique_ptr<Policy> policy = contestant.make();
  Noise noise{
      .seed = config.seed, .replica = replica, .episode = 0, .entity = 0, .phase = Phase::kTrain};
  Replica result;
  if (contestant.learns) {
    result.curve.reserve(config.episodes.train);
    for (noise.episode = 0; noise.episode < config.episodes.train; ++noise.episode) {
      const EpisodeRecord record = RunEpisode(built.world, *policy, contestant.name, noise);
      result.curve.push_back({record.reward, record.budget_used});
      result.draws_clamped += record.power_draws_clamped;
    }
  }
  if (const auto* priced = dynamic_cast<const PricesConstraints*>(policy.get()))
    result.multipliers = priced->Multipliers();
  constexpr double kNoSuccess = std::numeric_limits<double>::infinity();
  const double success_score = config.success_score.value_or(kNoSuccess);
  noise.phase = Phase::kEval;
  result.eval.reserve(config.episodes.eval);
  for (noise.episode = 0; noise.episode < config.episodes.eval; ++noise.episode) {
    const EpisodeRecord record = RunEpisode(built.world, *policy, contestant.name, noise);
    result.eval.push_back(Summarise(record, success_score));
    result.draws_clamped += record.power_draws_clamped;
  }
  return result;
}

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

// The kind whose simulated reward is the optimum.
bool IsOptimum(const PolicyKind& kind, bool constrained) {
  if (constrained) return std::holds_alternative<ConstrainedDpConfig>(kind);
  const auto* dp = std::get_if<ExactDpConfig>(&kind);
  return dp != nullptr && dp->category;
}

std::vector<Contestant> Contestants(const BuiltExperiment& built, const Plans& plans,
                                    RunResult& result) {
  std::vector<Contestant> contestants;
  for (ActionId a = 0; a < built.actions.size(); ++a) {
    contestants.push_back({.name = "always-" + built.actions[a].name,
                           .make = [a] { return std::make_unique<Always>(a); },
                           .learns = false,
                           .constant = a});
  }
  const auto add = [&](const PolicyConfig& policy) {
    contestants.push_back(
        {.name = policy.name,
         .make = [&built, &plans, policy] { return MakePolicy(policy, built, plans); },
         .learns = SortOf(policy) == PolicySort::kLearner,
         .plans = SortOf(policy) == PolicySort::kPlanner,
         .constant = {},
         .shielded = policy.shield.has_value()});
  };
  const bool constrained = plans.constrained != nullptr;
  for (const PolicyConfig& policy : built.config.policies) {
    if (!policy.shield && IsOptimum(policy.kind, constrained) && result.optimum.policy.empty())
      result.optimum.policy = policy.name;
    if (!policy.shield && std::holds_alternative<StaticRouterConfig>(policy.kind))
      result.router = policy.name;
    add(policy);
  }
  if (plans.optimum && result.optimum.policy.empty()) {
    result.optimum.policy = constrained ? ConstrainedDpConfig::kKind : ExactDpConfig::kKind;
    add({.name = result.optimum.policy,
         .kind = constrained ? PolicyKind(ConstrainedDpConfig{}) : PolicyKind(ExactDpConfig{}),
         .shield = {}});
  }
  if (!plans.router.empty() && result.router.empty()) {
    result.router = StaticRouterConfig::kKind;
    add({.name = result.router, .kind = StaticRouterConfig{}, .shield = {}});
  }
  std::sort(contestants.begin(), contestants.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return contestants;
}

// All that is computed on the decision model before any episode runs.
Plans MakePlans(const BuiltExperiment& built, const DecisionModel& by_class, RunResult& result) {
  const ExperimentConfig& config = built.config;
  Plans plans{.model = &result.model};
  if (!result.optimum.none_because.empty()) return plans;
  plans.optimum = std::make_shared<ExactPlan>(result.model);
  plans.class_blind =
      config.observe_category ? std::make_shared<ExactPlan>(MergeClasses(by_class)) : plans.optimum;
  if (!result.model.constraints.empty()) {
    auto plan = std::make_shared<ConstrainedPlan>(SolveConstrained(result.model));
    if (!plan->feasible) {
      result.optimum.none_because = plan->infeasible_because;
      return {.model = &result.model};
    }
    result.optimum.computed = plan->value;
    result.constrained = plans.constrained = std::move(plan);
    if (const auto router = BestRouterUnder(result.model)) plans.router = router->action_of_class;
    return plans;
  }
  plans.router = BestRouter(result.model).action_of_class;
  result.optimum.computed = plans.optimum->Value();
  result.optimum.upper_bound = UpperBound(result.model);
  constexpr std::uint32_t kHindsightEpisodes =
      2000;  // over all replicas; its mean is then good to 0.02
  result.optimum.hindsight_episodes =
      std::min(config.episodes.eval, (kHindsightEpisodes + config.replicas - 1) / config.replicas);
  result.optimum.hindsight = Hindsight(built, result.optimum.hindsight_episodes);
  return plans;
}

RunResult RunAll(const BuiltExperiment& built, const RunOptions& options) {
  const ExperimentConfig& config = built.config;
  RunResult result;
  result.optimum.none_because = WhyNoOptimum(built);
  const DecisionModel by_class = EstimateDecisionModel(built);
  result.model = config.observe_category ? by_class : MergeClasses(by_class);
  if (options.on_model) options.on_model(result.model);

  const Plans plans = MakePlans(built, by_class, result);
  const std::vector<Contestant> contestants = Contestants(built, plans, result);
  const auto episodes_of = [&](const Contestant& c) {
    return std::uint64_t{config.episodes.eval} + (c.learns ? config.episodes.train : 0);
  };
  for (const Contestant& c : contestants) {
    result.policies.push_back({.name = c.name,
                               .learns = c.learns,
                               .plans = c.plans,
                               .constant = c.constant,
                               .shielded = c.shielded,
                               .replicas = {}});
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
              RunReplica(built, contestants[p], static_cast<std::uint32_t>(r));
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
