// Backward induction over an episode on a grid of energy. The state before a request is (requests
// left, model resident in memory, class of the request, energy left); where the budget does not end
// the episode, energy is no state and the grid is the single point 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/decision_model.h"

namespace edgesim {

// How the state moves.
struct EpisodeDynamics {
  std::uint32_t requests = 0;
  std::size_t grid = 0;  // energy left is 0 .. grid steps
  bool energy_is_state = true;
  std::vector<double> class_probability;
  // [class][action][k]: P(a request takes k steps), k <= grid; what is missing to 1 does not fit.
  std::vector<std::vector<std::vector<double>>> pmf;
  std::vector<std::vector<std::uint32_t>> model_of;  // [class][action]
  std::vector<std::vector<double>> switch_steps;     // [from][to], spent before the request
  std::uint32_t resident_at_start = 0;

  std::size_t classes() const { return pmf.size(); }
  std::size_t models() const { return switch_steps.size(); }
  std::size_t points() const { return grid + 1; }
};

// What is summed over an episode: rewards, or costs of one kind.
struct EpisodePayoff {
  // [class][action][energy]: expected of a request that starts with so much, its model resident.
  std::vector<std::vector<std::vector<double>>> of_request;
  double of_cut_switch = 0;  // where the switch before the request does not fit
  double per_step = 0;       // for each step spent on a switch, cut or not
};

// From a decision model, on its grid. A switch of a fraction f beyond n whole steps takes n + 1 of
// them with probability f, else n; one that does not fit is a brown-out.
EpisodeDynamics DynamicsOf(const DecisionModel& model);
EpisodePayoff RewardOf(const DecisionModel& model);
EpisodePayoff PayoffOf(const DecisionModel& model, CostKind kind);

// For upper bounds, on a grid kBoundSteps times as fine: energies lowered and rounded down, mean
// scores raised by two standard errors but not above the highest.
EpisodeDynamics LowDynamicsOf(const DecisionModel& model);
EpisodePayoff HighRewardOf(const DecisionModel& model, double brown_out_reward);

// The action values of one (requests left, resident model, class).
struct InductionStage {
  std::uint32_t requests_left;
  std::size_t resident, class_id;
  const std::vector<std::vector<double>>& value;  // [action][energy 0 .. grid]
};

// The most an episode can expect. `visit`, if given, sees every stage, the last requests first.
double Induct(const EpisodeDynamics& dynamics, const EpisodePayoff& payoff,
              const std::function<void(const InductionStage&)>& visit = nullptr);

// One action for every state, [requests left - 1][resident][class][energy].
using ActionGrid = std::vector<ActionId>;

inline std::size_t GridIndex(const EpisodeDynamics& dynamics, std::uint32_t requests_left,
                             std::size_t resident, std::size_t class_id, std::size_t energy) {
  return (((requests_left - 1) * dynamics.models() + resident) * dynamics.classes() + class_id) *
             dynamics.points() +
         energy;
}

// Actions that attain Induct's value; of equal ones the first.
ActionGrid BestActions(const EpisodeDynamics& dynamics, const EpisodePayoff& payoff);

// What an episode expects that follows `actions`.
double Evaluate(const EpisodeDynamics& dynamics, const EpisodePayoff& payoff,
                const ActionGrid& actions);

}  // namespace edgesim
