// What a planner may know of the world in advance, as a plain value. Estimated by sampling in phase
// kModel, so it shares no draw with training or evaluation. Learners do not get one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/constraint.h"
#include "sim/units.h"

namespace edgesim {

inline constexpr int kBoundSteps = 4;

// One action on one class of requests.
struct ActionOutlook {
  // P(energy = k * energy_step), k = 0 .. n-1; a drawn energy is split between its two grid points
  // so that the mean is kept.
  std::vector<double> energy_pmf;
  // The same draws lowered by the mean's two standard errors and rounded down to multiples of
  // energy_step / kBoundSteps: for upper bounds.
  std::vector<double> energy_pmf_low;
  // E[score; energy in bin k] on the same two grids, sums are mean_score: what an answer is worth
  // and what it takes depend on the question together.
  std::vector<double> score_pmf;
  std::vector<double> score_pmf_low;
  // P(the power cap is exceeded; energy in bin k) and P(late; energy in bin k), on the grid of
  // energy_pmf; empty without a cap or a latency limit.
  std::vector<double> exceeded_pmf;
  std::vector<double> late_pmf;
  double mean_energy_j = 0;
  double sd_energy_j = 0;
  double mean_score = 0;     // 0 .. 10
  double mean_score_se = 0;  // standard error of the estimate
  // P(a request exceeds the power cap), its one-sided 95 % upper bound; 0 and 0 without a cap.
  double exceedance = 0;
  double exceedance_upper95 = 0;
};

// What it takes to change the model that is resident in memory.
struct ModelSwitch {
  std::vector<std::uint32_t> model_of_action;  // [action] -> 0 .. models-1
  std::vector<std::vector<double>>
      energy_steps;  // [from][to]: in energy_step, spent before a request
  std::uint32_t resident_at_start = 0;
};

struct DecisionModel {
  Joules energy_step{};
  std::vector<double> class_probability;            // [class], sums to 1
  std::vector<std::vector<ActionOutlook>> outlook;  // [class][action]
  std::uint32_t requests = 0;                       // of an episode
  Joules energy_budget{};
  double brown_out_reward = 0;
  bool budget_ends_episode = true;  // false: energy is no state, only a cost
  std::vector<CostConstraint> constraints;
  std::optional<ModelSwitch> model_switch;  // null: switching is free
  std::uint64_t draws = 0;                  // per class and action
  std::uint64_t seed = 0;

  std::size_t classes() const { return outlook.size(); }
  std::size_t actions() const { return outlook.empty() ? 0 : outlook[0].size(); }
};

// What is left for a planner that does not see the class: one class, the mixture of all.
DecisionModel MergeClasses(const DecisionModel& model);

}  // namespace edgesim
