// The optimum of a decision model under constraints on expected costs: max E[reward] subject to
// E[sum of costs] <= limit for each constraint, over all policies that randomise.
//
// The linear programme over mixtures of deterministic policies (Altman, Constrained Markov Decision
// Processes, 1999) by column generation (Dantzig and Wolfe 1960): a simplex basis of as many
// columns as there are constraints and one, and backward induction on reward - lambda * costs finds
// the policy to enter. With one constraint this intersects the lines of the Lagrangian until it
// meets its lowest breakpoint. Exact: it ends when no policy improves the mixture.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policies/priced_model.h"

namespace edgesim {

struct ConstrainedPlan {
  bool feasible = false;
  std::string infeasible_because;  // one line: which constraint, the least that can be reached
  // The rest is empty or 0 where infeasible.
  std::vector<double> lambda;             // by constraint: reward per unit of its limit
  double value = 0;                       // E[reward] of the mixture
  double dual_value = 0;                  // no policy that keeps the limits expects more
  std::vector<double> costs;              // of the mixture, by constraint
  std::vector<PlanComponent> components;  // at most one more than constraints; weights sum to 1
  std::uint32_t inductions = 0;           // backward inductions it took

  EpisodeDynamics dynamics;
  Joules energy_step{};

  // Energy is rounded down to the grid.
  ActionId Best(std::size_t component, Joules left, std::uint32_t requests_left,
                std::uint32_t class_id, std::uint32_t resident) const;
};

// Under model.constraints.
ConstrainedPlan SolveConstrained(const DecisionModel& model);

}  // namespace edgesim
