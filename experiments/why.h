// One evaluation episode of a run, request by request: what a policy chose, what came of it, and
// what the optimum would have chosen there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/run_folder.h"
#include "experiments/runner.h"

namespace edgesim {

// The shield kept the policy inside from what it wanted.
struct MaskedChoice {
  std::string wanted;
  double exceedance = 0;  // P(the request exceeds the cap), by the decision model
  double upper95 = 0;     // its upper 95 % bound, which is above
  double epsilon = 0;     // the shield's
};

struct WhyStep {
  std::uint32_t request = 0;
  std::string class_name;  // of the request, also where the policy does not see it
  double energy_left_j = 0;
  std::uint32_t requests_left = 0;
  std::string action;
  std::optional<MaskedChoice> masked;
  bool dispatched = false;  // false: rejected or deferred, the four figures below are 0
  bool completed = false;
  double energy_j = 0;
  double reward = 0;
  double latency_s = 0;  // from arrival to its end
  bool cap_exceeded = false;
  std::string optimal;         // the optimum's choice in this state; empty where none is claimed
  std::optional<double> loss;  // by the plan: value of the best action here - value of this one
};

struct WhyEpisode {
  std::string policy;
  std::uint32_t replica = 0, episode = 0;
  std::vector<WhyStep> steps;
  EvalRow row;
  std::string optimum;  // the policy; empty where none is claimed, for no_optimum_because
  std::string no_optimum_because;
  std::optional<EvalRow> optimum_row;  // on the same noise
};

// Throws InputError where there is no such episode, or where evaluation.csv says otherwise.
WhyEpisode ReplayEpisode(const RunFolder& run, const std::string& policy, std::uint32_t replica,
                         std::uint32_t episode);

}  // namespace edgesim
