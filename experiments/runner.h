// Trains and evaluates every policy on every replica, in parallel.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/contestants.h"
#include "sim/decision_model.h"

namespace edgesim {

// One evaluation episode of a frozen policy.
struct EvalRow {
  double reward = 0;
  double energy_j = 0;
  double budget_used = 0;
  double completed_energy_j = 0;   // spent on completed requests
  double completed_latency_s = 0;  // summed over them, from arrival to completion
  std::uint32_t served = 0;        // completed
  std::uint32_t cut = 0;
  std::uint32_t unserved = 0;  // still waiting when the episode ended
  std::uint32_t exceeded = 0;  // completed requests that exceeded the power cap
  bool any_exceeded = false;   // any request did, completed or not
  std::uint32_t late = 0;      // completed requests
  std::uint32_t rejected = 0;
  std::uint32_t succeeded = 0;  // answers of at least success_score
  bool browned_out = false;     // the budget's end cut a request
};

// One training episode, exploration included.
struct CurvePoint {
  double reward = 0;
  double budget_used = 0;
};

// What a learner has learned, and in how many episodes.
struct TrainedState {
  std::uint32_t episodes = 0;
  PolicyState state;
};
using TrainedStates =
    std::map<std::pair<std::string, std::uint32_t>, TrainedState>;  // name, replica

struct Replica {
  std::vector<EvalRow> eval;      // [episode]
  std::vector<CurvePoint> curve;  // [episode]; empty for policies that do not learn
  std::uint64_t draws_clamped = 0;
  std::vector<double> multipliers;      // of learners that price constraints, after training
  std::optional<TrainedState> trained;  // of learners, where RunOptions asked for it
};

struct PolicyRun {
  std::string name;
  bool learns = false;
  bool plans = false;                // follows the plan of exact-dp
  std::optional<ActionId> constant;  // of the always-<action> policies
  bool shielded = false;
  std::vector<Replica> replicas;
};

// The best that can be done and what bounds it; docs/semantics.md, section 12.
struct Optimum {
  std::string none_because;  // not empty: no optimum is claimed, the figures below mean nothing
  std::string policy;        // whose simulated reward is the optimum
  double computed = 0;       // value by the decision model
  double upper_bound = 0;    // null figures under constraints: this one and hindsight
  double hindsight = 0;      // mean over the first hindsight_episodes of each replica
  std::uint32_t hindsight_episodes = 0;
};

struct RunResult {
  DecisionModel model;  // with the classes the policies see
  Optimum optimum;
  std::shared_ptr<const ConstrainedPlan> constrained;  // null without constraints
  std::string router;  // the policy that is the best static router; empty where none is known
  std::vector<PolicyRun> policies;  // sorted by name
  std::uint64_t episodes = 0;
};

struct RunOptions {
  int threads = 1;
  bool keep_trained = false;
  // Where learners go on from; null: all begin anew. One for every learner and replica.
  const TrainedStates* resume = nullptr;
  // Called now and then with the episodes done and all there are; never from two threads at once.
  // What it throws ends the run.
  std::function<void(std::uint64_t, std::uint64_t)> progress;
  std::vector<Contestant> guests = {};  // take part too; they are not resumed
  // Called once, when the decision model is known and before any episode runs.
  std::function<void(const DecisionModel&)> on_model;
};

// The same bytes for any number of threads and any order or subset of policies.
RunResult RunExperiment(const BuiltExperiment& built, const RunOptions& options);

}  // namespace edgesim
