// A small world and the policy that always takes action 0.
#pragma once

#include <optional>

#include "sim/episode.h"
#include "tests/support/toys.h"

namespace edgesim::toys {

inline constexpr double kNoBudgetJ = 1e12;

inline Limits Budget(double limit_j, std::optional<std::uint32_t> requests = std::nullopt) {
  return {.budget = {.limit = Joules(limit_j)}, .cap = {}, .requests = requests, .horizon = {}};
}

// A world and the policy that always takes action 0; owns its parts.
struct Toy {
  Device device{10};  // 10 W, as many seconds as output tokens
  Workload workload = BackToBack();
  Answers answers{2, 5};  // 2 s at 10 W for half of the full score
  Limits limits = Budget(kNoBudgetJ, 3);
  bool class_observed = true;
  Policy policy;

  World Build() const {
    return {.device = &device,
            .workload = &workload,
            .answers = &answers,
            .limits = limits,
            .class_observed = class_observed};
  }
  EpisodeRecord Run(const Noise& noise = {}) { return RunEpisode(Build(), policy, "toy", noise); }
};

}  // namespace edgesim::toys
