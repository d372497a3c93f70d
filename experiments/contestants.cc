#include "experiments/contestants.h"

#include <algorithm>
#include <limits>

#include "experiments/decision_model_estimate.h"
#include "policies/constrained_router.h"

namespace edgesim {

namespace {

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

// The kind whose simulated reward is the optimum.
bool IsOptimum(const PolicyKind& kind, bool constrained) {
  if (constrained) return std::holds_alternative<ConstrainedDpConfig>(kind);
  const auto* dp = std::get_if<ExactDpConfig>(&kind);
  return dp != nullptr && dp->category;
}

}  // namespace

Plans MakePlans(const BuiltExperiment& built, RunResult& result,
                const std::function<void(const DecisionModel&)>& on_model) {
  const ExperimentConfig& config = built.config;
  result.optimum.none_because = WhyNoOptimum(built);
  const DecisionModel by_class = EstimateDecisionModel(built);
  result.model = config.observe_category ? by_class : MergeClasses(by_class);
  if (on_model) on_model(result.model);

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
  return plans;
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

PolicyRun RunOf(const Contestant& contestant) {
  return {.name = contestant.name,
          .learns = contestant.learns,
          .plans = contestant.plans,
          .constant = contestant.constant,
          .shielded = contestant.shielded,
          .replicas = {}};
}

std::unique_ptr<Policy> Train(const BuiltExperiment& built, const Contestant& contestant,
                              std::uint32_t replica, Replica& result) {
  const ExperimentConfig& config = built.config;
  std::unique_ptr<Policy> policy = contestant.make();
  if (!contestant.learns) return policy;
  Noise noise{
      .seed = config.seed, .replica = replica, .episode = 0, .entity = 0, .phase = Phase::kTrain};
  result.curve.reserve(config.episodes.train);
  for (; noise.episode < config.episodes.train; ++noise.episode) {
    const EpisodeRecord record = RunEpisode(built.world, *policy, contestant.name, noise);
    result.curve.push_back({record.reward, record.budget_used});
    result.draws_clamped += record.power_draws_clamped;
  }
  return policy;
}

void Evaluate(const BuiltExperiment& built, const Contestant& contestant, Policy& policy,
              std::uint32_t replica, Replica& result) {
  const ExperimentConfig& config = built.config;
  constexpr double kNoSuccess = std::numeric_limits<double>::infinity();
  const double success_score = config.success_score.value_or(kNoSuccess);
  Noise noise{
      .seed = config.seed, .replica = replica, .episode = 0, .entity = 0, .phase = Phase::kEval};
  result.eval.reserve(config.episodes.eval);
  for (; noise.episode < config.episodes.eval; ++noise.episode) {
    const EpisodeRecord record = RunEpisode(built.world, policy, contestant.name, noise);
    result.eval.push_back(Summarise(record, success_score));
    result.draws_clamped += record.power_draws_clamped;
  }
}

}  // namespace edgesim
