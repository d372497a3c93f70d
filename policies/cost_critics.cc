#include "policies/cost_critics.h"

#include <string>

namespace edgesim {

CostCritics::CostCritics(const Discretizer& cells, std::size_t actions, std::size_t costs,
                         std::uint32_t planning_steps)
    : cells_(cells),
      actions_(actions),
      planning_steps_(planning_steps),
      tables_(1 + costs, QTable(cells.States(), actions, 0)),
      sums_(1 + costs),
      visits_(cells.States(), actions),
      counts_(cells.States(), actions, 1 + costs) {}

double CostCritics::Combined(std::uint32_t state, ActionId action,
                             std::span<const double> multipliers) const {
  double value = tables_[0].Value(state, action);
  for (std::size_t i = 0; i < multipliers.size(); ++i)
    value -= multipliers[i] * tables_[i + 1].Value(state, action);
  return value;
}

void CostCritics::Plan(std::uint32_t state, ActionId action, std::span<const double> multipliers) {
  for (std::size_t i = 0; i < tables_.size(); ++i) sums_[i] = counts_.Sum(state, action, i);
  for (const TransitionCounts::Next& next : counts_.Nexts(state, action)) {
    bool found = false;
    ActionId best = 0;
    double best_value = 0;
    for (ActionId a = 0; a < actions_; ++a) {
      if (visits_.Of(next.state, a) == 0) continue;
      const double value = Combined(next.state, a, multipliers);
      if (found && value <= best_value) continue;
      found = true;
      best = a;
      best_value = value;
    }
    for (std::size_t i = 0; found && i < tables_.size(); ++i)
      sums_[i] += next.count * tables_[i].Value(next.state, best);
  }
  const double visits = counts_.Visits(state, action);
  for (std::size_t i = 0; i < tables_.size(); ++i)
    tables_[i].Move(state, action, sums_[i] / visits, 1);
}

void CostCritics::Learn(std::uint32_t state, ActionId action, std::span<const double> signals,
                        std::optional<std::uint32_t> next, std::span<const double> multipliers,
                        WordStream& words) {
  visits_.Add(state, action);
  counts_.Add(state, action, next, signals);
  Plan(state, action, multipliers);
  for (std::uint32_t i = 0; i < planning_steps_; ++i) {
    const auto pair = counts_.Draw(words);
    Plan(pair.state, pair.action, multipliers);
  }
}

ActionId CostCritics::Choice(std::uint32_t state, std::span<const double> multipliers) const {
  return FrozenChoice(state, cells_, visits_,
                      [&](std::uint32_t s, ActionId a) { return Combined(s, a, multipliers); });
}

void CostCritics::Save(PolicyState& state) const {
  for (std::size_t i = 0; i < tables_.size(); ++i)
    state["critic" + std::to_string(i)] = tables_[i].Flat();
  visits_.Save(state);
  counts_.Save(state);
}

void CostCritics::Load(const PolicyState& state) {
  for (std::size_t i = 0; i < tables_.size(); ++i)
    tables_[i].SetFlat(StatePart(state, "critic" + std::to_string(i), tables_[i].size()));
  visits_.Load(state);
  counts_.Load(state);
}

}  // namespace edgesim
