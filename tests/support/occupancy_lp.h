// The constrained optimum a second way: the linear programme over occupancy measures (Altman,
// Constrained Markov Decision Processes, 1999), solved by CLP. Built from the decision model alone.
//
//   max sum x_t(s, a) r(s, a)   over x >= 0, s = (resident model, energy left, class)
//   sum_a x_0(s, a) = P(s at the start),   sum_a x_{t+1}(s', a) = sum x_t(s, a) P(s' | s, a)
//   sum x_t(s, a) c_i(s, a) <= limit_i
#pragma once

#include <ClpSimplex.hpp>
#include <CoinPackedMatrix.hpp>
#include <cmath>
#include <optional>
#include <vector>

#include "sim/answer.h"
#include "sim/decision_model.h"

namespace edgesim {

struct OccupancyOptimum {
  double value = 0;
  std::vector<double> price;  // of each constraint's limit
};

// Null where the constraints cannot be kept.
inline std::optional<OccupancyOptimum> OccupancyLp(const DecisionModel& model) {
  const bool ends = model.budget_ends_episode;
  const double budget_steps = model.energy_budget / model.energy_step;
  const int top = ends ? static_cast<int>(std::lround(budget_steps)) : 0;
  const int models =
      model.model_switch ? static_cast<int>(model.model_switch->energy_steps.size()) : 1;
  const int stage_rows = models * static_cast<int>(model.classes()) * (top + 1);
  const int flow_rows = static_cast<int>(model.requests) * stage_rows;
  const auto row_of = [&](int t, int resident, std::size_t c, int energy) {
    return t * stage_rows +
           (resident * static_cast<int>(model.classes()) + static_cast<int>(c)) * (top + 1) +
           energy;
  };

  std::vector<int> rows, columns;
  std::vector<double> elements, objective;
  const auto set = [&](int row, double element) {
    rows.push_back(row);
    columns.push_back(static_cast<int>(objective.size()) - 1);
    elements.push_back(element);
  };
  for (int t = 0; t < static_cast<int>(model.requests); ++t) {
    for (int m = 0; m < models; ++m) {
      for (std::size_t c = 0; c < model.classes(); ++c) {
        for (int e = 0; e <= top; ++e) {
          for (std::size_t a = 0; a < model.actions(); ++a) {
            const ActionOutlook& outlook = model.outlook[c][a];
            int to = 0;
            double steps = 0;
            if (model.model_switch) {
              to = static_cast<int>(model.model_switch->model_of_action[a]);
              steps = model.model_switch
                          ->energy_steps[static_cast<std::size_t>(m)][static_cast<std::size_t>(to)];
            }
            objective.push_back(0);
            set(row_of(t, m, c, e), 1);
            std::vector<double> reaches(static_cast<std::size_t>(top) + 1);
            double energy = 0, cut = 0, exceeded = 0, late = 0;
            const double whole = std::floor(steps);
            for (const auto& [spent, share] :
                 {std::pair(whole, 1 - (steps - whole)), std::pair(whole + 1, steps - whole)}) {
              for (std::size_t k = 0; k < outlook.energy_pmf.size(); ++k) {
                const double left = e - spent - static_cast<double>(k);
                const double p = share * outlook.energy_pmf[k];
                if (ends && left < 0) {
                  cut += p;
                  energy += p * e / budget_steps;
                  continue;
                }
                objective.back() += share * outlook.score_pmf[k] / kMaxScore;
                energy += p * (spent + static_cast<double>(k)) / budget_steps;
                if (!outlook.exceeded_pmf.empty()) exceeded += share * outlook.exceeded_pmf[k];
                if (!outlook.late_pmf.empty()) late += share * outlook.late_pmf[k];
                reaches[ends ? static_cast<std::size_t>(left) : 0] += p;
              }
            }
            objective.back() += cut * model.brown_out_reward;
            for (std::size_t next = 0; next < reaches.size() && t + 1 < int(model.requests);
                 ++next) {
              if (reaches[next] == 0) continue;
              for (std::size_t d = 0; d < model.classes(); ++d)
                set(row_of(t + 1, to, d, static_cast<int>(next)),
                    -reaches[next] * model.class_probability[d]);
            }
            for (std::size_t i = 0; i < model.constraints.size(); ++i) {
              const CostKind kind = model.constraints[i].kind;
              const double cost = kind == CostKind::kEnergy          ? energy
                                  : kind == CostKind::kBrownOut      ? cut
                                  : kind == CostKind::kCapExceedance ? exceeded / model.requests
                                                                     : late / model.requests;
              if (cost != 0) set(flow_rows + static_cast<int>(i), cost);
            }
          }
        }
      }
    }
  }
  const int row_count = flow_rows + static_cast<int>(model.constraints.size());
  std::vector<double> lower(static_cast<std::size_t>(row_count)), upper = lower;
  const int start =
      model.model_switch ? static_cast<int>(model.model_switch->resident_at_start) : 0;
  for (std::size_t c = 0; c < model.classes(); ++c) {
    const auto row = static_cast<std::size_t>(row_of(0, start, c, top));
    lower[row] = upper[row] = model.class_probability[c];
  }
  for (std::size_t i = 0; i < model.constraints.size(); ++i) {
    lower[static_cast<std::size_t>(flow_rows) + i] = -COIN_DBL_MAX;
    upper[static_cast<std::size_t>(flow_rows) + i] = model.constraints[i].limit;
  }
  const CoinPackedMatrix matrix(true, rows.data(), columns.data(), elements.data(),
                                static_cast<CoinBigIndex>(elements.size()));
  ClpSimplex lp;
  lp.setLogLevel(0);
  lp.loadProblem(matrix, nullptr, nullptr, objective.data(), lower.data(), upper.data());
  lp.setOptimizationDirection(-1);
  lp.setPrimalTolerance(1e-10);
  lp.setDualTolerance(1e-10);
  lp.dual();
  if (lp.status() != 0) return std::nullopt;
  OccupancyOptimum optimum{.value = lp.objectiveValue()};
  for (std::size_t i = 0; i < model.constraints.size(); ++i)
    optimum.price.push_back(lp.dualRowSolution()[static_cast<std::size_t>(flow_rows) + i]);
  return optimum;
}

}  // namespace edgesim
