// Who competes in an experiment: made, trained and evaluated replica by replica.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "experiments/runner.h"

namespace edgesim {

struct Contestant {
  std::string name;
  std::function<std::unique_ptr<Policy>()> make;  // refers to the experiment and its plans
  bool learns = false;
  bool plans = false;
  std::optional<ActionId> constant;
  bool shielded = false;
};

// All that is computed on the decision model before any episode runs. Fills `result`'s model, its
// optimum without bounds, and the constrained plan; the plans point into it. `on_model` is called
// once the model is known.
Plans MakePlans(const BuiltExperiment& built, RunResult& result,
                const std::function<void(const DecisionModel&)>& on_model);

// The configured policies, the constant actions and, where they are known, the optimum and the best
// static router, whose names are put into `result`. Sorted by name.
std::vector<Contestant> Contestants(const BuiltExperiment& built, const Plans& plans,
                                    RunResult& result);

// Without replicas.
PolicyRun RunOf(const Contestant& contestant);

// A policy of one replica, frozen from here on. Its training goes into `result`.
std::unique_ptr<Policy> Train(const BuiltExperiment& built, const Contestant& contestant,
                              std::uint32_t replica, Replica& result);

// Adds the evaluation episodes of a frozen policy, in the world of `built`, to `result`.
void Evaluate(const BuiltExperiment& built, const Contestant& contestant, Policy& policy,
              std::uint32_t replica, Replica& result);

}  // namespace edgesim
