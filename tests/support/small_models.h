// Models small enough to enumerate all that can happen in them.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "sim/answer.h"
#include "sim/decision_model.h"
#include "sim/rng.h"

namespace edgesim {

// A small model drawn from noise: `classes` x `actions`, costs 0 .. 4 steps.
inline DecisionModel SmallModel(std::uint32_t seed, std::size_t classes, std::size_t actions,
                                double budget_steps, std::uint32_t requests) {
  WordStream words = Noise{.seed = seed}.Words(Stream::kAnswer);
  DecisionModel model;
  model.energy_step = Joules(2.5);
  model.energy_budget = Joules(2.5 * budget_steps);
  model.requests = requests;
  model.brown_out_reward = -Uniform01(words);
  double total = 0;
  for (std::size_t c = 0; c < classes; ++c)
    total += model.class_probability.emplace_back(0.1 + Uniform01(words));
  for (double& p : model.class_probability) p /= total;
  model.outlook.resize(classes);
  for (auto& row : model.outlook) {
    for (std::size_t a = 0; a < actions; ++a) {
      ActionOutlook outlook;
      double sum = 0;
      for (std::size_t k = 0; k < 5; ++k) sum += outlook.energy_pmf.emplace_back(Uniform01(words));
      for (double& p : outlook.energy_pmf) p /= sum;
      outlook.energy_pmf_low.assign(4 * kBoundSteps + 1, 0.0);
      for (std::size_t k = 0; k < 5; ++k)
        outlook.energy_pmf_low[k * kBoundSteps] = outlook.energy_pmf[k];
      outlook.mean_score = 10 * Uniform01(words);
      row.push_back(std::move(outlook));
    }
  }
  return model;
}

// Every request may exceed the cap or be late, dear ones more often.
inline DecisionModel WithViolations(DecisionModel model) {
  for (auto& row : model.outlook) {
    for (ActionOutlook& outlook : row) {
      outlook.exceeded_pmf = outlook.late_pmf = outlook.energy_pmf;
      for (std::size_t k = 0; k < outlook.energy_pmf.size(); ++k) {
        outlook.exceeded_pmf[k] *= 0.2 * static_cast<double>(k);
        outlook.late_pmf[k] *= k > 2 ? 0.7 : 0.05;
      }
    }
  }
  return model;
}

// Action a is of model a % 2; changing it takes 0.5 and 1.25 steps.
inline DecisionModel WithSwitches(DecisionModel model) {
  ModelSwitch& change = model.model_switch.emplace();
  for (std::uint32_t a = 0; a < model.actions(); ++a) change.model_of_action.push_back(a % 2);
  change.energy_steps = {{0, 0.5}, {1.25, 0}};
  change.resident_at_start = 1;
  return model;
}

// What an episode earns and costs: reward, then by CostKind.
using Sums = std::vector<double>;

// What a request adds, by enumeration of a switch's and the request's energies; `rest(left)` is
// what the requests behind it add.
inline Sums EnumerateRequest(const DecisionModel& model, int left, std::uint32_t resident,
                             std::size_t c, std::size_t a, const std::function<Sums(int)>& rest) {
  const ActionOutlook& outlook = model.outlook[c][a];
  const double budget_steps = model.energy_budget / model.energy_step, n = model.requests;
  Sums sums(5);
  const auto add = [&](double p, const Sums& s) {
    for (std::size_t i = 0; i < 5; ++i) sums[i] += p * s[i];
  };
  const auto serve = [&](double p_switch, int switched) {
    const auto cut = [&](double p) {
      add(p, {model.brown_out_reward, left / budget_steps, 1, 0, 0});
    };
    if (model.budget_ends_episode && switched > left) return cut(p_switch);
    for (int k = 0; k < static_cast<int>(outlook.energy_pmf.size()); ++k) {
      const auto at = static_cast<std::size_t>(k);
      const double p = p_switch * outlook.energy_pmf[at];
      if (model.budget_ends_episode && switched + k > left) {
        cut(p);
        continue;
      }
      const auto of = [&](const std::vector<double>& pmf) { return pmf.empty() ? 0 : pmf[at]; };
      add(p_switch, {of(outlook.score_pmf) / kMaxScore, 0, 0, of(outlook.exceeded_pmf) / n,
                     of(outlook.late_pmf) / n});
      add(p, {0, (switched + k) / budget_steps, 0, 0, 0});
      add(p, rest(left - switched - k));
    }
  };
  const double steps =
      model.model_switch
          ? model.model_switch->energy_steps[resident][model.model_switch->model_of_action[a]]
          : 0;
  const int whole = static_cast<int>(steps);
  serve(1 - (steps - whole), whole);
  if (steps > whole) serve(steps - whole, whole + 1);
  return sums;
}

inline std::uint32_t ModelOfAction(const DecisionModel& model, std::size_t a) {
  return model.model_switch ? model.model_switch->model_of_action[a] : 0;
}

// (requests left, resident, class, energy left) -> action
using Chooser = std::function<std::size_t(std::uint32_t, std::uint32_t, std::size_t, int)>;

inline Sums EnumerateEpisode(const DecisionModel& model, const Chooser& choose, int left,
                             std::uint32_t requests, std::uint32_t resident) {
  Sums sums(5);
  if (requests == 0) return sums;
  for (std::size_t c = 0; c < model.classes(); ++c) {
    const std::size_t a = choose(requests, resident, c, left);
    const Sums of_class = EnumerateRequest(model, left, resident, c, a, [&](int then) {
      return EnumerateEpisode(model, choose, then, requests - 1, ModelOfAction(model, a));
    });
    for (std::size_t i = 0; i < 5; ++i) sums[i] += model.class_probability[c] * of_class[i];
  }
  return sums;
}

// The most of sum over i of weight[i] * sums[i] that any policy expects.
inline double EnumerateBest(const DecisionModel& model, const Sums& weight, int left,
                            std::uint32_t requests, std::uint32_t resident) {
  if (requests == 0) return 0;
  double value = 0;
  for (std::size_t c = 0; c < model.classes(); ++c) {
    double best = -1e300;
    for (std::size_t a = 0; a < model.actions(); ++a) {
      const auto rest = [&](int then) {
        // Carried in the first place, where its weight is undone.
        Sums sums(5);
        sums[0] =
            EnumerateBest(model, weight, then, requests - 1, ModelOfAction(model, a)) / weight[0];
        return sums;
      };
      const Sums sums = EnumerateRequest(model, left, resident, c, a, rest);
      double total = 0;
      for (std::size_t i = 0; i < 5; ++i) total += weight[i] * sums[i];
      best = std::max(best, total);
    }
    value += model.class_probability[c] * best;
  }
  return value;
}

}  // namespace edgesim
