#include "policies/lagrangian_dp.h"

#include <algorithm>
#include <cmath>

#include "sim/answer.h"

namespace edgesim {

namespace {

struct Law {
  std::vector<std::size_t> at;  // energies with P > 0, in grid steps
  std::vector<double> p;
  std::vector<double> reward;              // [level]: expected reward of this request
  std::vector<std::vector<double>> costs;  // [constraint][level]
  std::vector<double> priced;              // [level]: reward - lambda cost
};

double CostAt(const DecisionModel& model, const ActionOutlook& o, CostKind kind, std::size_t k,
              double grid) {
  switch (kind) {
    case CostKind::kEnergy:
      return o.energy_pmf[k] * static_cast<double>(k) / grid;
    case CostKind::kBrownOut:
      return 0;
    case CostKind::kCapExceedance:
      return k < o.exceeded_pmf.size() ? o.exceeded_pmf[k] / model.requests : 0;
    case CostKind::kLateness:
      return k < o.late_pmf.size() ? o.late_pmf[k] / model.requests : 0;
  }
  return 0;
}

Law MakeLaw(const DecisionModel& model, const ActionOutlook& o, std::size_t grid,
            const std::vector<double>& lambda) {
  const bool hard = model.budget_ends_episode;
  const std::size_t levels = hard ? grid + 1 : 1;
  Law law;
  law.reward.resize(levels);
  law.costs.assign(model.constraints.size(), std::vector<double>(levels));
  double fits = 0, earned = 0;
  std::vector<double> spent(model.constraints.size());
  const auto close = [&](std::size_t e) {
    law.reward[e] = earned + (1 - fits) * model.brown_out_reward;
    for (std::size_t i = 0; i < spent.size(); ++i) {
      law.costs[i][e] = spent[i];
      if (model.constraints[i].kind == CostKind::kBrownOut) law.costs[i][e] += 1 - fits;
      if (model.constraints[i].kind == CostKind::kEnergy)
        law.costs[i][e] += (1 - fits) * static_cast<double>(e) / static_cast<double>(grid);
    }
  };
  for (std::size_t k = 0; k < std::max(levels, o.energy_pmf.size()); ++k) {
    if (hard && k >= levels) break;
    if (k < o.energy_pmf.size()) {
      fits += o.energy_pmf[k];
      earned += o.score_pmf[k] / kMaxScore;
      for (std::size_t i = 0; i < spent.size(); ++i)
        spent[i] += CostAt(model, o, model.constraints[i].kind, k, static_cast<double>(grid));
      if (o.energy_pmf[k] > 0) {
        law.at.push_back(k);
        law.p.push_back(o.energy_pmf[k]);
      }
    }
    if (hard) close(k);
  }
  if (!hard) {
    fits = 1;
    close(0);
    law.at = {0};
    law.p = {1};
  }
  law.priced = law.reward;
  for (std::size_t i = 0; i < spent.size(); ++i) {
    for (std::size_t e = 0; e < levels; ++e) law.priced[e] -= lambda[i] * law.costs[i][e];
  }
  return law;
}

void AddExpected(const Law& law, const std::vector<double>& after, std::vector<double>& value) {
  for (std::size_t j = 0; j < law.at.size(); ++j) {
    const std::size_t k = law.at[j];
    const double p = law.p[j];
    double* to = value.data() + k;
    const std::size_t count = value.size() - k;
    for (std::size_t e = 0; e < count; ++e) to[e] += p * after[e];
  }
}

double Expected(const Law& law, const std::vector<double>& after, std::size_t e) {
  double sum = 0;
  for (std::size_t j = 0; j < law.at.size() && law.at[j] <= e; ++j)
    sum += law.p[j] * after[e - law.at[j]];
  return sum;
}

}  // namespace

PricedPolicy MaximisePriced(const DecisionModel& model, const std::vector<double>& lambda) {
  const auto grid = std::max<std::size_t>(
      1, static_cast<std::size_t>(std::llround(model.energy_budget / model.energy_step)));
  const std::size_t levels = model.budget_ends_episode ? grid + 1 : 1;
  const std::size_t classes = model.classes(), costs = model.constraints.size();
  std::vector<std::vector<Law>> laws(classes);
  for (std::size_t c = 0; c < classes; ++c) {
    for (const ActionOutlook& o : model.outlook[c])
      laws[c].push_back(MakeLaw(model, o, grid, lambda));
  }
  PricedPolicy solution;
  ActionTable3& table = solution.table;
  table = {.requests = model.requests, .classes = classes, .levels = levels, .actions = {}};
  table.actions.reserve(model.requests * classes * levels);
  // Values of the policy from here on: priced, its reward, its costs.
  using Values = std::vector<double>;
  std::vector<Values> after(2 + costs, Values(levels)), now = after;
  Values value(levels), best(levels);
  std::vector<std::uint8_t> action(levels);
  for (std::uint32_t left = 1; left <= model.requests; ++left) {
    for (Values& v : now) std::fill(v.begin(), v.end(), 0.0);
    for (std::size_t c = 0; c < classes; ++c) {
      std::fill(best.begin(), best.end(), -INFINITY);
      for (std::size_t a = 0; a < laws[c].size(); ++a) {
        value = laws[c][a].priced;
        AddExpected(laws[c][a], after[0], value);
        for (std::size_t e = 0; e < levels; ++e) {
          if (value[e] > best[e]) {
            best[e] = value[e];
            action[e] = static_cast<std::uint8_t>(a);
          }
        }
      }
      const double p = model.class_probability[c];
      for (std::size_t e = 0; e < levels; ++e) {
        const Law& law = laws[c][action[e]];
        now[0][e] += p * best[e];
        if (costs > 0) now[1][e] += p * (law.reward[e] + Expected(law, after[1], e));
        for (std::size_t i = 0; i < costs; ++i)
          now[2 + i][e] += p * (law.costs[i][e] + Expected(law, after[2 + i], e));
      }
      table.actions.insert(table.actions.end(), action.begin(), action.end());
    }
    std::swap(now, after);
  }
  solution.reward = after[costs > 0 ? 1 : 0].back();
  for (std::size_t i = 0; i < costs; ++i) solution.costs.push_back(after[2 + i].back());
  return solution;
}

}  // namespace edgesim
