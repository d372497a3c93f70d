#include "policies/constrained_router.h"

#include <cmath>

#include "policies/backward_induction.h"

namespace edgesim {

namespace {

ActionGrid GridOfMap(const EpisodeDynamics& dynamics, const std::vector<ActionId>& map) {
  ActionGrid grid(dynamics.requests * dynamics.models() * dynamics.classes() * dynamics.points());
  for (std::size_t i = 0; i < grid.size(); ++i)
    grid[i] = map[i / dynamics.points() % dynamics.classes()];
  return grid;
}

}  // namespace

std::optional<RouterChoice> BestRouterUnder(const DecisionModel& model) {
  const EpisodeDynamics dynamics = DynamicsOf(model);
  const double maps =
      std::pow(static_cast<double>(model.actions()), static_cast<double>(model.classes()));
  constexpr double kMostWithoutState = 1e6;
  if (maps > (dynamics.energy_is_state ? kMostMaps : kMostWithoutState)) return std::nullopt;

  constexpr double kRounding = 1e-12;  // a map that meets a limit exactly keeps it
  const EpisodePayoff reward = RewardOf(model);
  std::vector<EpisodePayoff> costs;
  for (const CostConstraint& constraint : model.constraints)
    costs.push_back(PayoffOf(model, constraint.kind));
  std::optional<RouterChoice> best;
  std::uint64_t tried = 0;
  for (std::vector<ActionId> map(model.classes(), 0);;) {
    const ActionGrid grid = GridOfMap(dynamics, map);
    bool kept = true;
    for (std::size_t i = 0; i < costs.size() && kept; ++i)
      kept = Evaluate(dynamics, costs[i], grid) <= model.constraints[i].limit * (1 + kRounding);
    tried += costs.size();
    if (kept) {
      const double value = Evaluate(dynamics, reward, grid);
      if (!best || value > best->value)
        best = RouterChoice{.action_of_class = map, .value = value, .inductions = 0};
    }
    std::size_t c = 0;  // the next map: count in base `actions`
    while (c < map.size() && ++map[c] == model.actions()) map[c++] = 0;
    if (c == map.size()) break;
  }
  if (best) best->inductions = tried;
  return best;
}

}  // namespace edgesim
