#include "experiments/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "experiments/paired.h"
#include "experiments/summary_text.h"

namespace edgesim {

namespace {

using Json = nlohmann::json;

// One value per replica.
template <class Value>
std::vector<double> PerReplica(const PolicyRun& run, const Value& value) {
  std::vector<double> values;
  for (const Replica& replica : run.replicas) values.push_back(value(replica));
  return values;
}

template <class Field>
double MeanOf(const Replica& replica, const Field& field) {
  double sum = 0;
  for (const EvalRow& row : replica.eval) sum += static_cast<double>(field(row));
  return sum / static_cast<double>(replica.eval.size());
}

// Mean of `field` over completed requests, one ratio per replica; null if a replica completed none.
template <class Field>
std::optional<Estimate> PerCompleted(const PolicyRun& run, const Field& field) {
  std::vector<double> ratios;
  for (const Replica& replica : run.replicas) {
    const double served = MeanOf(replica, [](const EvalRow& e) { return e.served; });
    if (served == 0) return std::nullopt;
    ratios.push_back(MeanOf(replica, field) / served);
  }
  return EstimateOverReplicas(ratios);
}

std::optional<Estimate> EnergyPerSuccess(const PolicyRun& run) {
  std::vector<double> ratios;
  for (const Replica& replica : run.replicas) {
    const double succeeded = MeanOf(replica, [](const EvalRow& e) { return e.succeeded; });
    if (succeeded == 0) return std::nullopt;
    ratios.push_back(MeanOf(replica, [](const EvalRow& e) { return e.energy_j; }) / succeeded);
  }
  return EstimateOverReplicas(ratios);
}

// A t-interval knows nothing of 0 and 1.
void ClampToShare(std::optional<Estimate>& share) {
  if (!share || !share->ci95) return;
  share->ci95 = Interval{std::max(0.0, share->ci95->low), std::min(1.0, share->ci95->high)};
}

PolicySummary SummarisePolicy(const BuiltExperiment& built, const PolicyRun& run) {
  const bool capped = built.config.power_cap.has_value();
  const auto over_episodes = [&](const auto& field) {
    return EstimateOverReplicas(
        PerReplica(run, [&](const Replica& r) { return MeanOf(r, field); }));
  };
  PolicySummary s;
  s.name = run.name;
  s.sort = run.constant ? PolicySort::kConstant
           : run.learns ? PolicySort::kLearner
           : run.plans  ? PolicySort::kPlanner
                        : PolicySort::kRule;
  s.reward = EstimateOverReplicas(RewardPerReplica(run));
  s.energy_j = over_episodes([](const EvalRow& e) { return e.energy_j; });
  s.energy_per_request_j = PerCompleted(run, [](const EvalRow& e) { return e.completed_energy_j; });
  s.budget_used = over_episodes([](const EvalRow& e) { return e.budget_used; });
  s.requests_served = over_episodes([](const EvalRow& e) { return e.served; });
  s.requests_cut = over_episodes([](const EvalRow& e) { return e.cut; });
  s.requests_unserved = over_episodes([](const EvalRow& e) { return e.unserved; });
  s.latency_s = PerCompleted(run, [](const EvalRow& e) { return e.completed_latency_s; });
  s.constraints = Certify(run, ConstraintsOf(built.config), built.config.workload.requests);
  for (std::size_t i = 0; i < run.replicas[0].multipliers.size(); ++i) {
    const std::vector<double> values =
        PerReplica(run, [&](const Replica& r) { return r.multipliers[i]; });
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    s.multipliers.push_back({.mean = Mean(values), .least = *least, .greatest = *greatest});
  }
  if (run.shielded || built.config.reject || built.config.defer)
    s.requests_rejected = over_episodes([](const EvalRow& e) { return e.rejected; });
  if (built.config.success_score) {
    s.succeeded = over_episodes([](const EvalRow& e) { return e.succeeded; });
    s.energy_per_success_j = EnergyPerSuccess(run);
  }
  if (!capped) return s;

  s.cap_exceedance = PerCompleted(run, [](const EvalRow& e) { return e.exceeded; });
  s.cap_exceedance_episode = over_episodes([](const EvalRow& e) { return e.any_exceeded; });
  if (run.learns) {
    ClampToShare(s.cap_exceedance);
    ClampToShare(s.cap_exceedance_episode);
    return s;
  }
  std::uint64_t requests = 0, requests_over = 0, episodes = 0, episodes_over = 0;
  for (const Replica& replica : run.replicas) {
    episodes += replica.eval.size();
    for (const EvalRow& row : replica.eval) {
      requests += row.served;
      requests_over += row.exceeded;
      episodes_over += row.any_exceeded;
    }
  }
  if (s.cap_exceedance) s.cap_exceedance->ci95 = WilsonInterval(requests_over, requests);
  s.cap_exceedance_episode->ci95 = WilsonInterval(episodes_over, episodes);
  return s;
}

LearnerVerdict Judge(const PolicyRun& run) {
  LearnerVerdict verdict{.name = run.name, .reward = EstimateOverReplicas(RewardPerReplica(run))};
  const std::size_t episodes = run.replicas[0].curve.size();
  verdict.ends = std::min<std::size_t>(20, std::max<std::size_t>(1, episodes / 2));
  const auto mean = [&](std::size_t from, const auto& field) {
    return PerReplica(run, [&](const Replica& r) {
      double sum = 0;
      for (std::size_t e = from; e < from + verdict.ends; ++e) sum += field(r.curve[e]);
      return sum / static_cast<double>(verdict.ends);
    });
  };
  const auto reward = [](const CurvePoint& p) { return p.reward; };
  const auto used = [](const CurvePoint& p) { return p.budget_used; };
  verdict.first_reward = EstimateOverReplicas(mean(0, reward));
  verdict.last_reward = EstimateOverReplicas(mean(episodes - verdict.ends, reward));
  verdict.first_used = Mean(mean(0, used));
  verdict.last_used = Mean(mean(episodes - verdict.ends, used));
  return verdict;
}

Json ToJson(const Estimate& e) {
  Json interval;
  if (e.ci95) interval = {e.ci95->low, e.ci95->high};
  return {{"mean", e.mean}, {"ci95", interval}};
}

Json ToJson(const std::optional<Estimate>& e) { return e ? ToJson(*e) : Json(); }

Json ToJson(const std::vector<Certificate>& certificates) {
  Json list = Json::array();
  for (const Certificate& c : certificates) {
    Json entry = ToJson(c.cost);
    entry["kind"] = Name(c.constraint.kind);
    entry["limit"] = c.constraint.limit;
    entry["verdict"] = Name(c.verdict);
    entry["episodes_needed"] = c.episodes_needed ? Json(*c.episodes_needed) : Json();
    list.push_back(std::move(entry));
  }
  return list;
}

// What two runs must share to be compared: the world, the limits, the episodes. Not the device's
// profile, so that a new fit can be held against an old one, and not the policies.
Json Experiment(const BuiltExperiment& built) {
  const ExperimentConfig& config = built.config;
  Json actions = Json::array(), arrivals, cap;
  for (const ActionSpec& action : built.actions) actions.push_back(action.name);
  std::visit(
      [&](const auto& a) {
        arrivals = {{"kind", std::decay_t<decltype(a)>::kKind}};
      },
      config.workload.arrivals);
  if (const auto* poisson = std::get_if<PoissonConfig>(&config.workload.arrivals)) {
    arrivals["rate_per_s"] = poisson->rate_per_s;
  }
  if (config.power_cap) {
    cap = {{"limit_w", config.power_cap->limit_w},
           {"window_s", config.power_cap->window_s ? Json(*config.power_cap->window_s) : Json()},
           {"mode", config.power_cap->mode},
           {"scope", config.power_cap->scope}};
  }
  Json experiment = {
      {"name", config.name},
      {"seed", config.seed},
      {"replicas", config.replicas},
      {"episodes_train", config.episodes.train},
      {"episodes_eval", config.episodes.eval},
      {"device", built.device_facts.name},
      {"idle", config.device.idle},
      {"actions", actions},
      {"tables_hash", built.tables_hash},
      {"requests", config.workload.requests},
      {"horizon_s", config.workload.horizon_s ? Json(*config.workload.horizon_s) : Json()},
      {"arrivals", arrivals},
      {"observe_category", config.observe_category},
      {"energy_budget_j", config.energy_budget.limit_j},
      {"budget_mode", config.energy_budget.mode},
      {"brown_out_reward", config.energy_budget.brown_out_reward},
      {"power_cap", cap},
      {"power_detail", config.power_detail}};
  if (!built.device_facts.assumed.empty()) experiment["assumed"] = built.device_facts.assumed;
  return experiment;
}

}  // namespace

RunSummary Summarise(const BuiltExperiment& built, const RunResult& result) {
  RunSummary summary{.optimum = result.optimum};
  summary.router = result.router;
  if (result.constrained) summary.lambda = result.constrained->lambda;
  std::map<std::string, const PolicyRun*> runs;
  double best_reward = -std::numeric_limits<double>::infinity();
  for (const PolicyRun& run : result.policies) {
    runs[run.name] = &run;
    PolicySummary& policy = summary.policies.emplace_back(SummarisePolicy(built, run));
    const bool broken =
        std::any_of(policy.constraints.begin(), policy.constraints.end(), [](const Certificate& c) {
          return c.verdict == ConstraintVerdict::kBroken || c.cost.mean > c.constraint.limit;
        });
    if (run.constant && !broken && policy.reward.mean > best_reward) {
      summary.best_constant = run.name;
      best_reward = policy.reward.mean;
    }
    for (const Replica& replica : run.replicas) summary.draws_clamped += replica.draws_clamped;
    if (run.learns) summary.learners.push_back(Judge(run));
  }
  const auto paired = [](const PolicyRun& a, const PolicyRun& b) {
    return PairedDifference(RewardPerReplica(a), RewardPerReplica(b));
  };
  const auto run_of = [&](const std::string& name) {
    return name.empty() ? nullptr : runs.at(name);
  };
  const PolicyRun* const best = run_of(summary.best_constant);
  const PolicyRun* const router = run_of(summary.router);
  const PolicyRun* const optimum = run_of(result.optimum.policy);
  for (PolicySummary& policy : summary.policies) {
    const PolicyRun& run = *runs.at(policy.name);
    if (optimum != nullptr) policy.regret = paired(*optimum, run);
    if (best != nullptr) policy.above_constant = paired(run, *best);
    if (router != nullptr) policy.above_router = paired(run, *router);
  }
  if (optimum != nullptr)
    summary.optimum_simulated = EstimateOverReplicas(RewardPerReplica(*optimum));
  std::stable_sort(summary.policies.begin(), summary.policies.end(),
                   [](const auto& a, const auto& b) { return a.reward.mean > b.reward.mean; });
  return summary;
}

std::string SummaryJson(const BuiltExperiment& built, const RunSummary& summary) {
  const ExperimentConfig& config = built.config;
  Json root;
  root["schema_version"] = 1;
  root["experiment"] = Experiment(built);
  for (const PolicySummary& p : summary.policies) {
    root["policies"][p.name] = {{"reward", ToJson(p.reward)},
                                {"energy_j", ToJson(p.energy_j)},
                                {"energy_per_request_j", ToJson(p.energy_per_request_j)},
                                {"budget_used", ToJson(p.budget_used)},
                                {"requests_served", ToJson(p.requests_served)},
                                {"requests_cut", ToJson(p.requests_cut)},
                                {"requests_unserved", ToJson(p.requests_unserved)},
                                {"cap_exceedance", ToJson(p.cap_exceedance)},
                                {"cap_exceedance_episode", ToJson(p.cap_exceedance_episode)},
                                {"latency_s", ToJson(p.latency_s)},
                                {"regret", ToJson(p.regret)},
                                {"above_best_constant", ToJson(p.above_constant)},
                                {"above_static_router", ToJson(p.above_router)},
                                {"requests_rejected", ToJson(p.requests_rejected)},
                                {"requests_succeeded", ToJson(p.succeeded)},
                                {"energy_per_success_j", ToJson(p.energy_per_success_j)},
                                {"constraints", ToJson(p.constraints)}};
    for (const PolicySummary::Multiplier& m : p.multipliers) {
      root["policies"][p.name]["multipliers"].push_back(
          {{"mean", m.mean}, {"least", m.least}, {"greatest", m.greatest}});
    }
  }
  root["best_constant"] = summary.best_constant.empty() ? Json() : Json(summary.best_constant);
  root["static_router"] = summary.router.empty() ? Json() : Json(summary.router);
  const bool constrained = !summary.lambda.empty();
  if (summary.optimum.none_because.empty()) {
    root["optimum"] = {{"simulated", ToJson(summary.optimum_simulated)},
                       {"computed", summary.optimum.computed},
                       {"upper_bound", constrained ? Json() : Json(summary.optimum.upper_bound)},
                       {"hindsight", constrained ? Json() : Json(summary.optimum.hindsight)},
                       {"lambda", constrained ? Json(summary.lambda) : Json()},
                       {"hindsight_episodes_per_replica", summary.optimum.hindsight_episodes},
                       {"draws", config.optimum.draws}};
  } else {
    root["optimum"] = nullptr;
  }
  root["verdicts"] = Verdicts(built, summary);
  root["power_draws_clamped"] = summary.draws_clamped;
  return root.dump(2) + "\n";
}

std::string EvaluationLine(const BuiltExperiment& built, const std::string& policy,
                           std::size_t replica, std::size_t episode, const EvalRow& row) {
  std::string line = fmt::format("{},{},{},{:.6f},{:.4f},{:.6f},{},{},", policy, replica, episode,
                                 row.reward, row.energy_j, row.budget_used, row.served, row.cut);
  // Unknown without a cap or without a completed request: an empty cell, not 0.
  if (built.config.power_cap && row.served > 0) {
    fmt::format_to(std::back_inserter(line), "{:.6f}",
                   static_cast<double>(row.exceeded) / row.served);
  }
  return line;
}

std::string EvaluationCsv(const BuiltExperiment& built, const RunResult& result) {
  std::string csv =
      "policy,replica,episode,reward,energy_j,budget_used,requests_served,requests_cut,cap_"
      "exceedance\n";
  for (const PolicyRun& run : result.policies) {
    for (std::size_t r = 0; r < run.replicas.size(); ++r) {
      for (std::size_t e = 0; e < run.replicas[r].eval.size(); ++e)
        csv += EvaluationLine(built, run.name, r, e, run.replicas[r].eval[e]) + '\n';
    }
  }
  return csv;
}

std::string CurvesCsv(const RunResult& result) {
  std::string csv = "policy,replica,episode,reward,budget_used\n";
  for (const PolicyRun& run : result.policies) {
    for (std::size_t r = 0; r < run.replicas.size(); ++r) {
      for (std::size_t e = 0; e < run.replicas[r].curve.size(); ++e) {
        const CurvePoint& point = run.replicas[r].curve[e];
        fmt::format_to(std::back_inserter(csv), "{},{},{},{:.6f},{:.6f}\n", run.name, r, e,
                       point.reward, point.budget_used);
      }
    }
  }
  return csv;
}

}  // namespace edgesim
