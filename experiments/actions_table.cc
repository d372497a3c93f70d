#include "experiments/actions_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "devices/profile_io.h"
#include "experiments/decision_model_estimate.h"
#include "experiments/request_sampler.h"
#include "experiments/shield_table.h"
#include "experiments/text_table.h"
#include "sim/stats.h"

namespace edgesim {

namespace {

// "803 [741, 872]": mean and the central 90 % of requests.
std::string MeanAndRange(std::vector<double> values, int decimals) {
  const double mean = Mean(values);
  std::sort(values.begin(), values.end());
  return fmt::format("{:.{}f} [{:.{}f}, {:.{}f}]", mean, decimals, Quantile(values, 0.05), decimals,
                     Quantile(values, 0.95), decimals);
}

// Mean score of the questions with its t-interval over questions: what a new question might score.
// Of an action without a table, just the sampled mean.
std::string MeanScore(const BuiltExperiment& built, ActionId action, double sampled) {
  if (built.answer_table == nullptr || action >= built.answer_table->actions())
    return fmt::format("{:.2f}", sampled);
  std::vector<double> scores;
  for (std::uint32_t q = 0; q < built.questions.questions.size(); ++q) {
    double sum = 0;
    for (const Answer& answer : built.answer_table->Answers(q, action)) sum += answer.score;
    scores.push_back(sum / static_cast<double>(built.answer_table->Answers(q, action).size()));
  }
  Estimate estimate{.mean = Mean(scores), .ci95 = {}};
  if (scores.size() > 1) estimate.ci95 = MeanInterval(scores);
  return Show(estimate, 2);
}

}  // namespace

std::string ActionsTable(const BuiltExperiment& built) {
  const std::uint32_t draws = built.config.optimum.draws;
  std::vector<std::vector<std::string>> rows = {
      {"action", "energy J", "latency s", "peak W", "score 0-10", "score per kJ"}};
  if (built.config.power_cap)
    rows[0].emplace_back(fmt::format("over {:g} W %", built.config.power_cap->limit_w));
  RequestSampler sampler(built);
  for (ActionId a = 0; a < built.actions.size(); ++a) {
    std::vector<double> energy_j, latency_s, peak_w;
    double score = 0, exceeded = 0;
    for (std::uint32_t i = 0; i < draws; ++i) {
      const Noise noise{.seed = built.config.seed,
                        .replica = 0,
                        .episode = i,
                        .entity = 0,
                        .phase = Phase::kModel};
      const SampledRequest sampled =
          sampler.Sample(built.workload->Next(0, SimTime{}, noise), a, noise);
      energy_j.push_back(sampled.run.energy.value());
      latency_s.push_back(InSeconds(sampled.run.length));
      peak_w.push_back(sampled.run.peak.value());
      score += sampled.score / draws;
      exceeded += sampled.run.cap_exceeded;
    }
    const double mean_kj = Mean(energy_j) / 1000;
    rows.push_back({built.actions[a].name, MeanAndRange(energy_j, 0), MeanAndRange(latency_s, 2),
                    MeanAndRange(peak_w, 0), MeanScore(built, a, score),
                    mean_kj > 0 ? fmt::format("{:.2f}", score / mean_kj) : "-"});
    if (built.config.power_cap)
      rows.back().push_back(fmt::format("{:.1f}", 100 * exceeded / draws));
  }

  std::string text = TextTable(rows);
  text += fmt::format(
      "energy, latency, peak: mean [central 90 % of {} simulated requests]; score: mean [95 % "
      "interval over {} questions]\n",
      draws, built.questions.questions.size());
  text += fmt::format("device {}: {}\n", built.device_facts.name, built.device_facts.description);
  for (const auto& [key, p] : built.device_facts.provenance) {
    text += fmt::format("  {}: {}, {}; {} ({})\n", key, Name(p.kind), p.method, p.source, p.date);
  }
  for (const std::string& sentence : built.device_facts.assumed) text += sentence + "\n";
  if (const auto& answers = built.config.workload.answers)
    text += fmt::format("score and tokens: answer table {} (see docs/judging.md)\n", *answers);
  const bool shielded =
      std::any_of(built.config.policies.begin(), built.config.policies.end(),
                  [](const PolicyConfig& policy) { return policy.shield.has_value(); });
  if (shielded) {
    const DecisionModel model = EstimateDecisionModel(built);
    text += '\n' + ShieldTables(built, built.config.observe_category ? model : MergeClasses(model));
  }
  return text;
}

}  // namespace edgesim
