// What a policy that has stopped learning does: a function of the state alone, also where training
// never came.
#pragma once

#include <optional>

#include "policies/discretizer.h"
#include "policies/q_table.h"
#include "policies/visit_counts.h"

namespace edgesim {

// `state` where it was visited; else the visited state of the nearest energy bin with the same
// requests left and class, the lower one of two as near; null where there is none.
inline std::optional<std::uint32_t> NearestVisited(std::uint32_t state, const Discretizer& cells,
                                                   const VisitCounts& visits) {
  const std::uint32_t stride = cells.requests * cells.classes, bin = state / stride;
  for (std::uint32_t off = 0; off < cells.energy_bins; ++off) {
    if (off <= bin && visits.Visited(state - off * stride)) return state - off * stride;
    if (bin + off < cells.energy_bins && visits.Visited(state + off * stride))
      return state + off * stride;
  }
  return std::nullopt;
}

// The best of the actions that were tried in NearestVisited: an action never tried has a value that
// nobody measured. Ties, and states with no visited neighbour, go by a draw fixed per state.
// value(state, action) -> double.
template <class Value>
ActionId FrozenChoice(std::uint32_t state, const Discretizer& cells, const VisitCounts& visits,
                      const Value& value) {
  WordStream ties = FixedTies(state);
  const auto actions = static_cast<std::uint32_t>(visits.actions());
  const auto known = NearestVisited(state, cells, visits);
  if (!known) return UniformIndex(ties, actions);
  std::vector<ActionId> best;
  for (ActionId a = 0; a < actions; ++a) {
    if (visits.Of(*known, a) == 0) continue;
    if (!best.empty()) {
      const double lead = value(*known, a) - value(*known, best[0]);
      if (lead < 0) continue;
      if (lead > 0) best.clear();
    }
    best.push_back(a);
  }
  return best[UniformIndex(ties, static_cast<std::uint32_t>(best.size()))];
}

}  // namespace edgesim
