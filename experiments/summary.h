// The figures of a run, with their intervals.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/certificate.h"
#include "experiments/runner.h"
#include "sim/stats.h"

namespace edgesim {

// Intervals are over replicas (null under kMinReplicas). Where the policy does not learn, all
// replicas are one policy, and the two cap figures have Wilson's interval over all its requests or
// episodes instead.
struct PolicySummary {
  std::string name;
  PolicySort sort = PolicySort::kRule;
  Estimate reward;                               // per evaluation episode
  Estimate energy_j;                             // per episode
  std::optional<Estimate> energy_per_request_j;  // completed requests; null if none completed
  Estimate budget_used;                          // share
  Estimate requests_served;                      // per episode
  Estimate requests_cut;                         // per episode
  Estimate requests_unserved;                    // per episode: still waiting when it ended
  std::optional<Estimate> latency_s;             // completed requests
  std::optional<Estimate> cap_exceedance;        // share of completed requests; null without a cap
  std::optional<Estimate> cap_exceedance_episode;
  std::optional<Estimate> regret;  // optimum - reward, paired; null where no optimum is claimed
  // Reward - that of the best constant action and of the best static router, paired; null where
  // there is none to be held against.
  std::optional<Estimate> above_constant, above_router;
  std::vector<Certificate> constraints;
  // Of learners that price constraints: mean, least and greatest over replicas, by constraint.
  struct Multiplier {
    double mean = 0, least = 0, greatest = 0;
  };
  std::vector<Multiplier> multipliers;
  std::optional<Estimate> requests_rejected;     // per episode; null where nothing can reject
  std::optional<Estimate> succeeded;             // requests per episode; null without success_score
  std::optional<Estimate> energy_per_success_j;  // all energy over successes; null if there is none
};

// What a learner's training curve and evaluation say, for the verdict.
struct LearnerVerdict {
  std::string name;
  Estimate reward;
  // Training reward and share of the budget used, first and last `ends` episodes, means over
  // replicas.
  std::size_t ends = 0;
  Estimate first_reward, last_reward;
  double first_used = 0, last_used = 0;
};

struct RunSummary {
  Optimum optimum;
  std::optional<Estimate> optimum_simulated;
  std::string best_constant;            // that breaks no constraint; empty if every one does
  std::string router;                   // empty where none is known
  std::vector<double> lambda;           // the optimum's multipliers, by constraint
  std::vector<PolicySummary> policies;  // by falling reward
  std::vector<LearnerVerdict> learners;
  std::uint64_t draws_clamped = 0;
};

RunSummary Summarise(const BuiltExperiment& built, const RunResult& result);

// The files of a run directory. No time, host, path or thread count is in them.
std::string SummaryJson(const BuiltExperiment& built, const RunSummary& summary);
std::string EvaluationCsv(const BuiltExperiment& built, const RunResult& result);
// A line of it, without the line's end.
std::string EvaluationLine(const BuiltExperiment& built, const std::string& policy,
                           std::size_t replica, std::size_t episode, const EvalRow& row);
std::string CurvesCsv(const RunResult& result);

}  // namespace edgesim
