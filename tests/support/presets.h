// Problems with known values, and episodes played on a decision model alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "sim/answer.h"
#include "sim/decision_model.h"
#include "sim/policy.h"

namespace edgesim {

// The model with scores that do not depend on energy within a class.
inline DecisionModel Filled(DecisionModel model) {
  const auto scaled = [](std::vector<double> pmf, double factor) {
    for (double& p : pmf) p *= factor;
    return pmf;
  };
  for (auto& row : model.outlook) {
    for (ActionOutlook& outlook : row) {
      outlook.score_pmf = scaled(outlook.energy_pmf, outlook.mean_score);
      outlook.score_pmf_low = scaled(outlook.energy_pmf_low, outlook.mean_score);
    }
  }
  return model;
}

// Problems with known values: 20 requests, one class, lognormal costs discretised to whole units,
// the tail in the last cell; an independent numpy program (the project's reference notes on
// constrained MDPs, section 4) gave the values.
struct Preset {
  std::vector<double> quality, cost;
  double variation;  // coefficient of variation of the cost
  double penalty;    // of a brown-out
  double cap_penalty = 0;
  std::vector<double> cap_probability = {0, 0, 0, 0, 0, 0};
};

inline const Preset kS1{.quality = {.55, .67, .75, .80, .84, .87},
                        .cost = {4.2, 6.3, 9.4, 15, 25, 38},
                        .variation = .30,
                        .penalty = 0};
inline const Preset kS2{.quality = {.62, .71, .75, .78, .81, .83},
                        .cost = {4.2, 6.0, 8.4, 11.6, 16, 22},
                        .variation = .50,
                        .penalty = 5};
inline const Preset kS3{.quality = {.58, .69, .74, .77, .79, .81},
                        .cost = {2.8, 4.2, 6.2, 8.7, 12.5, 18},
                        .variation = .35,
                        .penalty = 5,
                        .cap_penalty = 1.6,
                        .cap_probability = {0, 0, 0, 0, .3, .55}};
inline const Preset kS5{.quality = {.68, .77, .81, .84, .87, .89},
                        .cost = {4.2, 6.2, 8.8, 12, 18, 28},
                        .variation = .45,
                        .penalty = 4};

inline double NormalCdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

inline std::vector<double> LognormalPmf(double mean, double variation) {
  const double s2 = std::log1p(variation * variation), s = std::sqrt(s2);
  const double mu = std::log(mean) - s2 / 2;
  const auto cdf = [&](double x) { return NormalCdf((std::log(x) - mu) / s); };
  const auto last = static_cast<std::size_t>(std::ceil(mean * std::exp(3 * s))) + 2;
  std::vector<double> pmf;
  double below = 0;
  for (std::size_t k = 0; k <= last; ++k) {
    const double up_to = cdf(static_cast<double>(k) + 0.5);
    pmf.push_back(up_to - below);
    below = up_to;
  }
  pmf.back() += 1 - below;
  return pmf;
}

// budget 200 takes the costs as they are, budget 100 halves them.
inline DecisionModel ModelOf(const Preset& preset, double budget) {
  DecisionModel model;
  model.energy_step = Joules(1);
  model.energy_budget = Joules(budget);
  model.requests = 20;
  model.brown_out_reward = -preset.penalty;
  model.class_probability = {1};
  model.outlook.resize(1);
  for (std::size_t a = 0; a < preset.quality.size(); ++a) {
    ActionOutlook outlook;
    outlook.mean_energy_j = preset.cost[a] * budget / 200;
    outlook.sd_energy_j = outlook.mean_energy_j * preset.variation;
    outlook.energy_pmf = LognormalPmf(outlook.mean_energy_j, preset.variation);
    outlook.mean_score = 10 * (preset.quality[a] - preset.cap_penalty * preset.cap_probability[a]);
    model.outlook[0].push_back(std::move(outlook));
  }
  return model;
}

// One episode of `policy` where energies and scores follow `model`: a request that does not fit in
// what is left earns the brown-out reward and ends the episode, unless the budget does not. Rewards
// have noise of this standard deviation. Learns in phase kTrain. `noise` keys the world; decisions
// are keyed by `name` too.
struct ModelEpisode {
  double reward = 0;
  double energy_j = 0;
  bool browned_out = false;
};

inline ModelEpisode PlayModel(const DecisionModel& model, Policy& policy, std::string_view name,
                              const Noise& noise, double reward_sd = 0) {
  const auto draw = [](const std::vector<double>& pmf, double u) {
    std::size_t k = 0;
    while (k + 1 < pmf.size() && u >= pmf[k]) u -= pmf[k++];
    return k;
  };
  const Noise decision = DecisionNoise(noise, name);
  const auto grid = static_cast<std::size_t>(std::lround(model.energy_budget / model.energy_step));
  policy.BeginEpisode(noise.episode, noise.phase);
  ModelEpisode episode;
  std::size_t left = grid;
  Transition done;
  bool pending = false, over = false;
  for (std::uint32_t i = 0; i < model.requests && !over; ++i) {
    WordStream words = noise.Of(i).Words(Stream::kRail);
    Observation seen;
    seen.energy_budget = model.energy_budget;
    seen.energy_left = model.energy_budget - Joules(episode.energy_j);
    seen.requests_left = model.requests - i;
    seen.request_index = i;
    seen.class_id = static_cast<std::uint32_t>(draw(model.class_probability, Uniform01(words)));
    if (pending && noise.phase == Phase::kTrain) {
      done.after = seen;
      policy.Learn(done);
    }
    done = {};
    done.before = seen;
    done.action = policy.Act(seen, decision.Of(i));
    const ActionOutlook& outlook = model.outlook[seen.class_id][done.action];
    const std::size_t cost = draw(outlook.energy_pmf, Uniform01(words));
    done.browned_out = model.budget_ends_episode && cost > left;
    done.completed = !done.browned_out;
    const std::size_t spent = done.browned_out ? left : cost;
    left -= std::min(left, spent);
    done.energy = model.energy_step * static_cast<double>(spent);
    done.reward = done.browned_out
                      ? model.brown_out_reward
                      : outlook.mean_score / kMaxScore + reward_sd * StandardNormal(words);
    episode.reward += done.reward;
    episode.energy_j += done.energy.value();
    episode.browned_out = over = done.browned_out;
    pending = true;
  }
  if (pending && noise.phase == Phase::kTrain) policy.Learn(done);
  return episode;
}

}  // namespace edgesim
