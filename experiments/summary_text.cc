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

// "the constant always-x", "0.58 [0.43, 0.72] below it"
std::string AgainstConstant(const LearnerVerdict& verdict, const PolicySummary& constant) {
  const Estimate& above = verdict.above_best_constant;
  const std::string name = fmt::format("{} ({:.2f})", constant.name, constant.reward.mean);
  const auto size = [&](double sign) {
    Estimate magnitude{.mean = sign * above.mean, .ci95 = {}};
    if (above.ci95)
      magnitude.ci95 = Interval{std::min(sign * above.ci95->low, sign * above.ci95->high),
                                std::max(sign * above.ci95->low, sign * above.ci95->high)};
    return Show(magnitude, 2);
  };
  if (Positive(above))
    return fmt::format("it beats the best constant action, {}, by {}", name, size(1));
  if (Negative(above))
    return fmt::format("the best constant action, {}, beats it by {}", name, size(-1));
  if (above.ci95)
    return fmt::format("it cannot be told apart from the best constant action, {}: difference {}",
                       name, size(1));
  return fmt::format("the best constant action, {}, is {:.2f} {}", name, std::abs(above.mean),
                     above.mean < 0 ? "above it" : "below it");
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
    rows.push_back(std::move(row));
  }
  std::string text = TextTable(rows);
  text += fmt::format("[ ] 95 %: over {} replicas{}\n", built.config.replicas,
                      built.config.replicas < kMinReplicas
                          ? fmt::format(", none below {}", kMinReplicas)
                      : capped ? "; over the cap: Wilson's, over all requests or episodes of a "
                                 "policy that does not learn"
                               : "");
  if (optimal) {
    text += fmt::format(
        "optimum (energy, requests left{}): simulated {}, computed {:.2f}, upper bound {:.2f}, in "
        "hindsight {:.2f}\n",
        built.config.observe_category ? ", category" : "", Show(summary.optimum_simulated, 2),
        summary.optimum.computed, summary.optimum.upper_bound, summary.optimum.hindsight);
  } else {
    text += fmt::format("optimum: none for these features: {}\n", summary.optimum.none_because);
  }
  return text;
}

std::vector<std::string> Verdicts(const BuiltExperiment& built, const RunSummary& summary) {
  std::vector<std::string> sentences;
  for (const LearnerVerdict& learner : summary.learners) {
    const PolicySummary& self = Find(summary, learner.name);
    const PolicySummary& constant = Find(summary, learner.best_constant);
    std::string sentence = fmt::format("{}: ", learner.name);
    if (self.regret) {
      sentence +=
          fmt::format("earns {:.2f}, {:.1f} % of the optimum's {:.2f} ({} short); ",
                      self.reward.mean, 100 * self.reward.mean / summary.optimum_simulated->mean,
                      summary.optimum_simulated->mean, Show(*self.regret, 2));
    } else {
      sentence += fmt::format("earns {:.2f}, no optimum is known here; ", self.reward.mean);
    }
    sentence += AgainstConstant(learner, constant);
    sentence +=
        self.reward.ci95
            ? fmt::format(" (95 % intervals over {} replicas).", built.config.replicas)
            : fmt::format(" ({} replicas are too few for intervals).", built.config.replicas);
    sentences.push_back(std::move(sentence));
    if (!built.config.explain_curve) continue;

    const bool rises = learner.last_reward.mean > learner.first_reward.mean;
    sentences.push_back(
        fmt::format("What the curve of {} shows: training reward {} from {} (first {} episodes) to "
                    "{} (last {}), on {:.1f} % of the budget "
                    "at the end and {:.1f} % at the start.",
                    learner.name, rises ? "rises" : "does not rise", Show(learner.first_reward, 1),
                    learner.ends, Show(learner.last_reward, 1), learner.ends,
                    100 * learner.last_used, 100 * learner.first_used));
    const bool beaten = constant.reward.mean > learner.last_reward.mean;
    sentences.push_back(fmt::format(
        "What it does not show: that adapting to the energy left pays, for {} earns {:.2f} on "
        "{:.1f} % of the budget without "
        "looking at anything{}; exploration ends as epsilon falls, and most of the curve is that.",
        constant.name, constant.reward.mean, 100 * constant.budget_used.mean,
        beaten ? ", more than the curve reaches" : ", not much less than the curve reaches"));
  }
  return sentences;
}

std::vector<std::string> Warnings(const BuiltExperiment& built, const DecisionModel& model) {
  const ExperimentConfig& config = built.config;
  std::vector<std::string> warnings;
  double dearest_j = 0, least_exceedance = 1;
  for (ActionId a = 0; a < model.actions(); ++a) {
    double mean_j = 0, variance = 0, exceedance = 0;
    for (std::size_t c = 0; c < model.classes(); ++c) {
      const ActionOutlook& o = model.outlook[c][a];
      mean_j += model.class_probability[c] * o.mean_energy_j;
      variance += model.class_probability[c] * o.sd_energy_j * o.sd_energy_j;
      exceedance += model.class_probability[c] * o.exceedance;
    }
    constexpr double kFarOut = 4;  // standard deviations of an episode's sum
    dearest_j = std::max(dearest_j,
                         model.requests * mean_j + kFarOut * std::sqrt(model.requests * variance));
    least_exceedance = std::min(least_exceedance, exceedance);
  }
  const bool idle_counts = config.device.idle == "assumed";
  if (!idle_counts && dearest_j < config.energy_budget.limit_j) {
    warnings.push_back(
        fmt::format("energy_budget.limit_j = {:g} never binds: {} requests of the dearest action "
                    "take at most {:.0f} J",
                    config.energy_budget.limit_j, model.requests, dearest_j));
  }
  constexpr double kHopeless = 0.95;
  if (config.power_cap && least_exceedance > kHopeless) {
    warnings.push_back(fmt::format(
        "no action can meet power_cap.limit_w = {:g}: the best exceeds it in {:.1f} % of requests",
        config.power_cap->limit_w, 100 * least_exceedance));
  }
  if (config.replicas < kMinReplicas) {
    warnings.push_back(
        fmt::format("replicas = {} gives no intervals; {} are the least, 20 a good start",
                    config.replicas, kMinReplicas));
  }
  return warnings;
}

}  // namespace edgesim
