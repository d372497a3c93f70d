// Who takes part in a run: the constant actions, the experiment's policies, and the optimum and the
// best static router, which are always reported.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "experiments/build.h"

namespace edgesim {

struct Contestant {
  std::string name;
  // A fresh one; `trained_before` as MakePolicy takes it.
  std::function<std::unique_ptr<Policy>(std::uint32_t trained_before)> make;
  bool learns = false;
  bool plans = false;
  std::optional<ActionId> constant;
  bool shielded = false;
  std::optional<PolicyConfig> config;  // null for constant actions and guests
};

// Its contestants refer to it and to the experiment: it does not move and must not outlive that.
struct Lineup {
  DecisionModel model;             // with the classes the policies see
  std::string no_optimum_because;  // not empty: no optimum is claimed
  Plans plans;
  std::string optimum;                  // whose simulated reward is the optimum; may be empty
  std::string router;                   // the best static router; empty where none is known
  std::vector<Contestant> contestants;  // by name

  Lineup() = default;
  Lineup(const Lineup&) = delete;
  Lineup& operator=(const Lineup&) = delete;

  // Null where there is none of this name.
  const Contestant* Find(const std::string& name) const;
};

// Estimates the decision model, tells it to `on_model` if there is one, and plans on it.
// `guests` are policies the experiment does not know, with names of their own; InputError where a
// name is taken.
std::unique_ptr<const Lineup> MakeLineup(
    const BuiltExperiment& built, const std::function<void(const DecisionModel&)>& on_model = {},
    const std::vector<Contestant>& guests = {});

}  // namespace edgesim
