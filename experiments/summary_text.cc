#include "experiments/summary_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/text_table.h"

namespace edgesim {

namespace {

const PolicySummary& Find(const RunSummary& summary, const std::string& name) {
  return *std::find_if(summary.policies.begin(), summary.policies.end(),
                       [&](const auto& p) { return p.name == name; });
}

bool Positive(const Estimate& e) { return e.ci95 && e.ci95->low > 0; }
bool Negative(const Estimate& e) { return e.ci95 && e.ci95->high < 0; }

// "it beats the best constant action, always-x (13.67), by 0.58 [0.43, 0.72]"
std::string Against(const std::string& title, const PolicySummary& yardstick,
                    const Estimate& above) {
  const std::string name =
      fmt::format("{}, {} ({:.2f})", title, yardstick.name, yardstick.reward.mean);
  const auto size = [&](double sign) {
    Estimate magnitude{.mean = sign * above.mean, .ci95 = {}};
    if (above.ci95)
      magnitude.ci95 = Interval{std::min(sign * above.ci95->low, sign * above.ci95->high),
                                std::max(sign * above.ci95->low, sign * above.ci95->high)};
    return Show(magnitude, 2);
  };
  if (Positive(above)) return fmt::format("it beats {}, by {}", name, size(1));
  if (Negative(above)) return fmt::format("{}, beats it by {}", name, size(-1));
  if (above.ci95)
    return fmt::format("it cannot be told apart from {}: difference {}", name, size(1));
  return fmt::format("{}, is {:.2f} {}", name, std::abs(above.mean),
                     above.mean < 0 ? "above it" : "below it");
}

std::string AgainstLimits(const PolicySummary& self) {
  std::string text;
  for (const Certificate& c : self.constraints) {
    text += fmt::format("; {} is {}, {} {:g}", Title(c.constraint.kind), Show(c.cost, 4),
                        c.verdict == ConstraintVerdict::kMet      ? "within"
                        : c.verdict == ConstraintVerdict::kBroken ? "BEYOND"
                                                                  : "not told apart from",
                        c.constraint.limit);
  }
  return text;
}

// What a user would deploy: the best constant action and the best rule, with their share of the
// optimum.
std::string BestLine(const RunSummary& summary) {
  std::string line;
  const auto add = [&](PolicySort sort, const char* title) {
    // Policies are sorted by reward: the first of each sort is its best.
    const auto at = std::find_if(summary.policies.begin(), summary.policies.end(),
                                 [&](const PolicySummary& p) { return p.sort == sort; });
    if (at == summary.policies.end()) return;
    line +=
        fmt::format("{}{}: {}, {:.2f}", line.empty() ? "" : "; ", title, at->name, at->reward.mean);
    if (summary.optimum_simulated && summary.optimum_simulated->mean > 0) {
      line += fmt::format(" ({:.1f} % of the optimum)",
                          100 * at->reward.mean / summary.optimum_simulated->mean);
    }
  };
  add(PolicySort::kRule, "best rule that neither learns nor plans");
  add(PolicySort::kConstant, "best constant action");
  return line + "\n";
}

}  // namespace

std::string ResultTable(const BuiltExperiment& built, const RunSummary& summary) {
  const bool capped = built.config.power_cap.has_value();
  const bool optimal = summary.optimum.none_because.empty();
  std::vector<std::vector<std::string>> rows = {{"policy", "reward"}};
  if (optimal) rows[0].emplace_back("regret");
  for (const char* title : {"J/request", "budget used %", "served", "cut", "latency s"})
    rows[0].emplace_back(title);
  if (capped) rows[0].insert(rows[0].end(), {"over cap, requests %", "episodes %"});
  const auto any = [&](const auto& has) {
    return std::any_of(summary.policies.begin(), summary.policies.end(), has);
  };
  const bool rejects = any([](const PolicySummary& p) { return p.requests_rejected.has_value(); });
  const bool succeeds = built.config.success_score.has_value();
  if (rejects) rows[0].emplace_back("rejected");
  if (succeeds) rows[0].insert(rows[0].end(), {"succeeded", "J/success"});
  for (const PolicySummary& p : summary.policies) {
    std::vector<std::string> row = {p.name, Show(p.reward, 2)};
    if (optimal) row.push_back(Show(p.regret, 2));
    row.insert(
        row.end(),
        {p.energy_per_request_j ? fmt::format("{:.0f}", p.energy_per_request_j->mean) : "-",
         fmt::format("{:.1f}", 100 * p.budget_used.mean),
         fmt::format("{:.2f}", p.requests_served.mean), fmt::format("{:.2f}", p.requests_cut.mean),
         p.latency_s ? fmt::format("{:.2f}", p.latency_s->mean) : "-"});
    if (capped)
      row.insert(row.end(),
                 {Show(p.cap_exceedance, 1, 100), Show(p.cap_exceedance_episode, 1, 100)});
    if (rejects)
      row.push_back(p.requests_rejected ? fmt::format("{:.2f}", p.requests_rejected->mean) : "-");
    if (succeeds) {
      row.push_back(fmt::format("{:.2f}", p.succeeded->mean));
      row.push_back(p.energy_per_success_j ? Show(p.energy_per_success_j, 0) : "-");
    }
    rows.push_back(std::move(row));
  }
  std::string text = TextTable(rows);
  text += built.config.replicas >= kMinReplicas
              ? fmt::format("[ ] 95 % interval over {} replicas", built.config.replicas)
              : fmt::format("no interval over replicas: {} of them, {} are needed",
                            built.config.replicas, kMinReplicas);
  text += capped ? "; over the cap: Wilson's, over all requests or episodes of a policy that does "
                   "not learn\n"
                 : "\n";
  if (optimal) {
    text += fmt::format(
        "optimum for what sees energy, requests left{}{}: simulated {}, computed {:.2f}",
        built.config.observe_category ? " and category" : "",
        summary.lambda.empty() ? "" : ", under the constraints", Show(summary.optimum_simulated, 2),
        summary.optimum.computed);
    text += summary.lambda.empty()
                ? fmt::format(", upper bound {:.2f}, in hindsight {:.2f}\n",
                              summary.optimum.upper_bound, summary.optimum.hindsight)
                : "\n";
  } else {
    text += fmt::format("optimum: none for these features: {}\n", summary.optimum.none_because);
  }
  text += BestLine(summary);
  return text;
}

std::vector<std::string> Verdicts(const BuiltExperiment& built, const RunSummary& summary) {
  std::vector<std::string> sentences;
  for (const LearnerVerdict& learner : summary.learners) {
    const PolicySummary& self = Find(summary, learner.name);
    std::string sentence = fmt::format("{}: ", learner.name);
    if (self.regret && summary.optimum_simulated->mean > 0) {
      sentence +=
          fmt::format("earns {:.2f}, {:.1f} % of the optimum's {:.2f} ({} short); ",
                      self.reward.mean, 100 * self.reward.mean / summary.optimum_simulated->mean,
                      summary.optimum_simulated->mean, Show(*self.regret, 2));
    } else {
      sentence += fmt::format("earns {:.2f}; ", self.reward.mean);
    }
    std::string yardsticks;
    if (self.above_constant) {
      yardsticks += Against("the best constant action", Find(summary, summary.best_constant),
                            *self.above_constant);
    }
    if (self.above_router && built.VisibleClasses() > 1) {
      yardsticks +=
          (yardsticks.empty() ? "" : "; ") +
          Against("the best static router", Find(summary, summary.router), *self.above_router);
    }
    sentence += yardsticks.empty() ? "no constant action keeps the limits" : yardsticks;
    sentence += AgainstLimits(self);
    sentence +=
        self.reward.ci95
            ? fmt::format(" (95 % intervals over {} replicas).", built.config.replicas)
            : fmt::format(" ({} replicas are too few for intervals).", built.config.replicas);
    sentences.push_back(std::move(sentence));
    if (!built.config.explain_curve || !self.above_constant) continue;
    const PolicySummary& constant = Find(summary, summary.best_constant);

    const bool rises = learner.last_reward.mean > learner.first_reward.mean;
    sentences.push_back(fmt::format(
        "What the curve of {} shows: training reward, exploration included, {} from {} (first {} "
        "episodes) to {} (last {}), on {:.1f} % of the budget at the end and {:.1f} % at the "
        "start.",
        learner.name, rises ? "rises" : "does not rise", Show(learner.first_reward, 1),
        learner.ends, Show(learner.last_reward, 1), learner.ends, 100 * learner.last_used,
        100 * learner.first_used));
    const std::string yardstick =
        fmt::format("{} earns {:.2f} on {:.1f} % of the budget", constant.name,
                    constant.reward.mean, 100 * constant.budget_used.mean);
    const bool unreached = constant.reward.mean > learner.last_reward.mean;
    sentences.push_back(
        Positive(*self.above_constant)
            ? fmt::format("What it does not show: how much of the rise is more than avoiding bad "
                          "actions; {} without looking at anything.",
                          yardstick)
            : fmt::format("What it does not show: that adapting pays, for {} without looking at "
                          "anything{}.",
                          yardstick, unreached ? ", more than the curve reaches" : ""));
  }
  return sentences;
}

std::vector<std::string> Warnings(const BuiltExperiment& built, const DecisionModel& model) {
  const ExperimentConfig& config = built.config;
  std::vector<std::string> warnings;
  double dearest_j = 0, least_exceedance = 1;
  const DecisionModel merged = MergeClasses(model);
  for (const ActionOutlook& action : merged.outlook[0]) {
    constexpr double kFarOut = 4;  // standard deviations of an episode's sum
    dearest_j = std::max(dearest_j, model.requests * action.mean_energy_j +
                                        kFarOut * std::sqrt(model.requests) * action.sd_energy_j);
    least_exceedance = std::min(least_exceedance, action.exceedance);
  }
  const bool idle_counts = config.device.idle == "assumed";
  if (!idle_counts && dearest_j < config.energy_budget.limit_j) {
    warnings.push_back(
        fmt::format("energy_budget.limit_j = {:g} never binds: {} requests of the dearest action "
                    "take {:.0f} J, four standard "
                    "deviations above their mean",
                    config.energy_budget.limit_j, model.requests, dearest_j));
  }
  double cheapest_j = dearest_j, most_exceedance = 0;
  for (const ActionOutlook& action : merged.outlook[0]) {
    cheapest_j = std::min(cheapest_j, action.mean_energy_j);
    most_exceedance = std::max(most_exceedance, action.exceedance);
  }
  if (cheapest_j > config.energy_budget.limit_j) {
    warnings.push_back(
        fmt::format("energy_budget.limit_j = {:g} is less than a request of the cheapest action "
                    "takes, {:.0f} J",
                    config.energy_budget.limit_j, cheapest_j));
  }
  if (config.power_cap && most_exceedance == 0) {
    warnings.push_back(
        fmt::format("power_cap.limit_w = {:g} never binds: no sampled request exceeds it",
                    config.power_cap->limit_w));
  }
  constexpr double kHopeless = 0.95;
  if (config.power_cap && least_exceedance > kHopeless) {
    warnings.push_back(fmt::format(
        "no action can meet power_cap.limit_w = {:g}: the best exceeds it in {:.1f} % of requests",
        config.power_cap->limit_w, 100 * least_exceedance));
  }
  constexpr std::uint32_t kFirmDraws = 20'000;
  if (WhyNoOptimum(built).empty() && config.optimum.draws < kFirmDraws) {
    warnings.push_back(fmt::format("optimum.draws = {} makes a loose optimum and bound; {} is firm",
                                   config.optimum.draws, kFirmDraws));
  }
  if (config.replicas < kMinReplicas) {
    warnings.push_back(
        fmt::format("replicas = {} gives no intervals; {} are the least, 20 a good start",
                    config.replicas, kMinReplicas));
  }
  return warnings;
}

}  // namespace edgesim
