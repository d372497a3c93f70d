// A frozen policy as a table, found by asking it.
#pragma once

#include <cstdint>
#include <string>

#include "experiments/build.h"
#include "policies/table_policy.h"

namespace edgesim {

struct TableGrid {
  double budget_j = 0;
  std::uint32_t requests = 0;
  std::uint32_t classes = 1;
  std::uint32_t points = 0;  // of energy, from 0 to the budget, where the policy is asked
};

// At least four points for each step or bin of energy that the policy or the planner has.
TableGrid TableGridOf(const BuiltExperiment& built, const PolicyConfig* policy);

// Every change of the choice between two neighbouring points is bisected to neighbouring doubles;
// what lies between two points of the same choice is taken to be that choice. `policy` is asked in
// phase kEval as at the begin of an episode, twice per point with different noise; InputError where
// the answers differ. `name` stands for it in errors.
PolicyTable Tabulate(Policy& policy, const TableGrid& grid, const std::string& name);

// Plays the first evaluation episodes of a replica under the policy; InputError where it chooses
// otherwise than its table: it looks at more than energy, requests left and class.
void CheckTable(const BuiltExperiment& built, Policy& policy, const PolicyTable& table,
                std::uint32_t replica, const std::string& name);

}  // namespace edgesim
