#include "experiments/decision_model_estimate.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

#include "experiments/exact_laws.h"
#include "experiments/request_sampler.h"
#include "sim/stats.h"
#include "sim/task_fence.h"

namespace edgesim {

namespace {

void Add(std::vector<double>& energy_pmf, std::vector<double>& score_pmf, std::size_t k, double p,
         double score) {
  if (energy_pmf.size() <= k) {
    energy_pmf.resize(k + 1);
    score_pmf.resize(k + 1);
  }
  energy_pmf[k] += p;
  score_pmf[k] += p * score;
}

ActionOutlook SampleOutlook(const BuiltExperiment& built, std::uint32_t class_id, ActionId action,
                            Joules step) {
  std::vector<std::uint32_t> questions;
  for (std::uint32_t q = 0; q < built.questions.questions.size(); ++q) {
    if (built.questions.questions[q].class_id == class_id) questions.push_back(q);
  }
  const std::uint32_t draws = built.config.optimum.draws;
  const double cap_reward = built.world.exceedance_reward * kMaxScore;
  const auto& latency = built.world.limits.latency;
  std::vector<double> energy_j(draws), score(draws);
  std::vector<bool> over(draws), late(draws);
  std::uint64_t exceeded = 0;
  RequestSampler sampler(built);
  for (std::uint32_t i = 0; i < draws; ++i) {
    // Keyed by class and draw, not by action: the actions meet the same noise here too.
    const Noise noise{.seed = built.config.seed,
                      .replica = class_id,
                      .episode = i,
                      .entity = 0,
                      .phase = Phase::kModel};
    WordStream words = noise.Words(Stream::kQuestion);
    Request request;
    request.class_id = class_id;
    request.question = questions[UniformIndex(words, static_cast<std::uint32_t>(questions.size()))];
    const SampledRequest sampled = sampler.Sample(request, action, noise);
    energy_j[i] = sampled.run.energy.value();
    over[i] = sampled.run.cap_exceeded;
    late[i] = latency && sampled.run.length > *latency;
    score[i] = sampled.score + (over[i] ? cap_reward : 0);
    exceeded += over[i];
  }

  const double n = draws;
  ActionOutlook outlook;
  outlook.mean_energy_j = Mean(energy_j);
  outlook.sd_energy_j = std::sqrt(SampleVariance(energy_j));
  outlook.mean_score = Mean(score);
  outlook.mean_score_se = std::sqrt(SampleVariance(score) / n);
  const double two_se = 2 * outlook.sd_energy_j / std::sqrt(n);
  // What does not fit into the whole budget is one case, however far beyond it lies.
  const double steps = built.config.optimum.energy_steps;
  for (std::uint32_t i = 0; i < draws; ++i) {
    const double at = std::min(energy_j[i] / step.value(), steps + 1);
    const auto below = static_cast<std::size_t>(at);
    const double above_share = at - std::floor(at);
    Add(outlook.energy_pmf, outlook.score_pmf, below, (1 - above_share) / n, score[i]);
    if (above_share > 0)
      Add(outlook.energy_pmf, outlook.score_pmf, below + 1, above_share / n, score[i]);
    for (const auto& [happened, pmf] : {std::pair(bool(over[i]), &outlook.exceeded_pmf),
                                        std::pair(bool(late[i]), &outlook.late_pmf)}) {
      if (!happened) continue;
      pmf->resize(std::max(pmf->size(), below + 2));
      (*pmf)[below] += (1 - above_share) / n;
      (*pmf)[below + 1] += above_share / n;
    }
    const double low =
        std::min(std::max(0.0, energy_j[i] - two_se) / step.value(), steps + 1) * kBoundSteps;
    Add(outlook.energy_pmf_low, outlook.score_pmf_low, static_cast<std::size_t>(low), 1 / n,
        score[i]);
  }
  if (built.config.power_cap) {
    outlook.exceedance = static_cast<double>(exceeded) / n;
    outlook.exceedance_upper95 = RateUpperBound95(exceeded, draws);
  }
  return outlook;
}

}  // namespace

DecisionModel EstimateDecisionModel(const BuiltExperiment& built) {
  const ExperimentConfig& config = built.config;
  DecisionModel model{
      .energy_step = Joules(config.energy_budget.limit_j / config.optimum.energy_steps),
      .class_probability = built.questions.ClassProbability(),
      .outlook = {},
      .requests = config.workload.requests,
      .energy_budget = Joules(config.energy_budget.limit_j),
      .brown_out_reward = config.energy_budget.brown_out_reward,
      .budget_ends_episode = built.world.limits.budget.ends_episode,
      .constraints = ConstraintsOf(config),
      .model_switch = {},
      .draws = config.optimum.draws,
      .seed = config.seed};
  const std::size_t classes = built.questions.classes.size(), actions = built.actions.size();
  model.outlook.assign(classes, std::vector<ActionOutlook>(actions));
  TaskFence fence;
  tbb::parallel_for(std::size_t{0}, classes * actions, [&](std::size_t i) {
    const TaskFence::Task task(fence);
    model.outlook[i / actions][i % actions] =
        SampleOutlook(built, static_cast<std::uint32_t>(i / actions),
                      static_cast<ActionId>(i % actions), model.energy_step);
  });
  fence.Join();
  PutExactLaws(built, model);
  return model;
}

}  // namespace edgesim
