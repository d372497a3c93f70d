#include "policies/exact_dp.h"

#include <algorithm>
#include <cmath>

#include "sim/answer.h"

namespace edgesim {

namespace {

// The laws a backward pass needs, on its own grid.
struct Law {
  std::vector<double> pmf;     // of energy, in grid steps
  std::vector<double> reward;  // E[reward of a completed request; energy], likewise
};

// Backward induction. laws[class][action]; visit(requests_left, class, energy, action, value) sees
// every action value. Returns the value of a full budget with all requests left.
template <class Visit>
double Induct(const std::vector<std::vector<Law>>& laws,
              const std::vector<double>& class_probability, std::size_t grid,
              std::uint32_t requests, double brown_out_reward, const Visit& visit) {
  std::vector<double> after(grid + 1, 0.0), now(grid + 1);
  for (std::uint32_t left = 1; left <= requests; ++left) {
    std::fill(now.begin(), now.end(), 0.0);
    for (std::size_t c = 0; c < laws.size(); ++c) {
      for (std::size_t e = 0; e <= grid; ++e) {
        double best = -INFINITY;
        for (std::size_t a = 0; a < laws[c].size(); ++a) {
          const Law& law = laws[c][a];
          double fits = 0, earned = 0;
          for (std::size_t k = 0; k < std::min(law.pmf.size(), e + 1); ++k) {
            fits += law.pmf[k];
            earned += law.reward[k] + law.pmf[k] * after[e - k];
          }
          const double value = earned + (1 - fits) * brown_out_reward;
          visit(left, c, e, a, value);
          best = std::max(best, value);
        }
        now[e] += class_probability[c] * best;
      }
    }
    std::swap(now, after);
  }
  return after[grid];
}

template <class MakeLaw>
std::vector<std::vector<Law>> Laws(const DecisionModel& model, const MakeLaw& make) {
  std::vector<std::vector<Law>> laws(model.classes());
  for (std::size_t c = 0; c < model.classes(); ++c) {
    for (const ActionOutlook& outlook : model.outlook[c]) laws[c].push_back(make(outlook));
  }
  return laws;
}

// Grid points of a whole budget, at least one.
std::size_t GridOf(const DecisionModel& model, int per_step) {
  const double points = per_step * (model.energy_budget / model.energy_step);
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::llround(points)));
}

}  // namespace

ExactPlan::ExactPlan(const DecisionModel& model)
    : step_j_(model.energy_step.value()),
      grid_(GridOf(model, 1)),
      classes_(model.classes()),
      actions_(model.actions()),
      values_(model.requests * classes_ * (grid_ + 1) * actions_) {
  const auto laws = Laws(model, [](const ActionOutlook& o) {
    Law law{.pmf = o.energy_pmf, .reward = o.score_pmf};
    for (double& r : law.reward) r /= kMaxScore;
    return law;
  });
  value_ =
      Induct(laws, model.class_probability, grid_, model.requests, model.brown_out_reward,
             [&](std::uint32_t left, std::size_t c, std::size_t e, std::size_t a, double value) {
               values_[(((left - 1) * classes_ + c) * (grid_ + 1) + e) * actions_ + a] = value;
             });
}

double ExactPlan::ActionValue(Joules left, std::uint32_t requests_left, std::uint32_t class_id,
                              ActionId action) const {
  const double at = std::clamp(left.value() / step_j_, 0.0, static_cast<double>(grid_));
  const auto below = std::min(static_cast<std::size_t>(at), grid_ - 1);
  const double share = at - static_cast<double>(below);
  return (1 - share) * Row(requests_left, class_id, below)[action] +
         share * Row(requests_left, class_id, below + 1)[action];
}

ActionId ExactPlan::Best(Joules left, std::uint32_t requests_left, std::uint32_t class_id) const {
  ActionId best = 0;
  double best_value = -INFINITY;
  for (ActionId a = 0; a < actions_; ++a) {
    const double value = ActionValue(left, requests_left, class_id, a);
    if (value > best_value) {
      best = a;
      best_value = value;
    }
  }
  return best;
}

double UpperBound(const DecisionModel& model) {
  const auto laws = Laws(model, [](const ActionOutlook& o) {
    Law law{.pmf = o.energy_pmf_low, .reward = o.score_pmf_low};
    for (std::size_t k = 0; k < law.pmf.size(); ++k) {
      law.reward[k] = std::min(
          law.reward[k] / kMaxScore + 2 * o.mean_score_se / kMaxScore * law.pmf[k], law.pmf[k]);
    }
    return law;
  });
  // Lower energies mean fewer brown-outs; where one pays, it is granted instead: there is one at
  // most.
  const double paid = std::max(0.0, model.brown_out_reward);
  return paid + Induct(laws, model.class_probability, GridOf(model, kBoundSteps), model.requests,
                       model.brown_out_reward - paid,
                       [](std::uint32_t, std::size_t, std::size_t, std::size_t, double) {});
}

double HindsightReward(const std::vector<std::vector<double>>& energy_j,
                       const std::vector<std::vector<double>>& reward, Joules budget,
                       std::size_t grid) {
  const double step = budget.value() / static_cast<double>(grid);
  std::vector<double> best(grid + 1, 0.0), next;
  for (std::size_t i = 0; i < energy_j.size(); ++i) {
    next = best;  // skip the request
    for (std::size_t a = 0; a < energy_j[i].size(); ++a) {
      const auto cost = static_cast<std::size_t>(energy_j[i][a] / step);
      for (std::size_t e = cost; e <= grid; ++e)
        next[e] = std::max(next[e], best[e - cost] + reward[i][a]);
    }
    std::swap(best, next);
  }
  return best[grid];
}

std::unique_ptr<Policy> ExactDpConfig::Make(const PolicyContext& context) const {
  return std::make_unique<ExactDp>(category ? context.plan : context.class_blind_plan);
}

}  // namespace edgesim
