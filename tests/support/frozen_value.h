// What a frozen policy expects, exactly.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/answer.h"
#include "sim/policy.h"
#include "tests/support/trained.h"

namespace edgesim {

struct FrozenValue {
  double reward = 0, brown_out = 0, energy_share = 0;
};

// By backward induction over `model` of one class, scores independent of energies. A mixture is
// worth what the component of evaluation episode `episode` is worth.
inline FrozenValue ValueOfFrozen(const DecisionModel& model, Policy& policy,
                                 std::uint32_t episode = 0) {
  const auto grid = static_cast<std::size_t>(std::lround(model.energy_budget / model.energy_step));
  policy.BeginEpisode(episode, Phase::kEval);
  std::vector<FrozenValue> after(grid + 1), now(grid + 1);
  for (std::uint32_t left = 1; left <= model.requests; ++left) {
    for (std::size_t e = 0; e <= grid; ++e) {
      const Observation seen{.energy_left = model.energy_step * static_cast<double>(e),
                             .energy_budget = model.energy_budget,
                             .requests_left = left,
                             .request_index = model.requests - left};
      const ActionOutlook& o =
          model.outlook[0][policy.Act(seen, {.episode = episode, .phase = Phase::kEval})];
      FrozenValue value;
      double fits = 0;
      for (std::size_t k = 0; k < std::min(o.energy_pmf.size(), e + 1); ++k) {
        const double p = o.energy_pmf[k];
        fits += p;
        value.reward += p * (o.mean_score / kMaxScore + after[e - k].reward);
        value.brown_out += p * after[e - k].brown_out;
        value.energy_share +=
            p * (static_cast<double>(k) / static_cast<double>(grid) + after[e - k].energy_share);
      }
      value.reward += (1 - fits) * model.brown_out_reward;
      value.brown_out += 1 - fits;
      value.energy_share += (1 - fits) * static_cast<double>(e) / static_cast<double>(grid);
      now[e] = value;
    }
    std::swap(now, after);
  }
  return after[grid];
}

// Of a mixture, averaged over the components that the first `episodes` follow.
inline FrozenValue ValueOfMixture(const DecisionModel& model, Policy& policy,
                                  std::uint32_t episodes) {
  FrozenValue mean;
  for (std::uint32_t e = 0; e < episodes; ++e) {
    const FrozenValue value = ValueOfFrozen(model, policy, e);
    mean.reward += value.reward / episodes;
    mean.brown_out += value.brown_out / episodes;
    mean.energy_share += value.energy_share / episodes;
  }
  return mean;
}

// Frozen values on `preset` at budget 200 after so many episodes: the mean over seeds with half the
// width of its 95 % interval.
struct LearnedLevel {
  double mean = 0, half_width = 0;
};
template <class Config>
LearnedLevel LevelOf(const Config& config, const Preset& preset, std::uint32_t train_episodes,
                     std::uint32_t seeds) {
  const DecisionModel model = ModelOf(preset, 200);
  double sum = 0, squares = 0;
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    const auto policy = config.Make(ContextOf(model, train_episodes));
    Train(model, *policy, seed, 0, train_episodes);
    const double value = ValueOfFrozen(model, *policy).reward;
    sum += value;
    squares += value * value;
  }
  const double n = seeds, mean = sum / n;
  return {mean, 1.96 * std::sqrt(std::max(0.0, squares / n - mean * mean) / (n - 1))};
}

}  // namespace edgesim
