// The best fixed map from class to action among those that keep the constraints in expectation.
#pragma once

#include <optional>

#include "policies/static_router.h"

namespace edgesim {

// All maps are tried. Null where none keeps model.constraints, or where there are too many maps to
// try: kMostMaps, where energy is state.
std::optional<RouterChoice> BestRouterUnder(const DecisionModel& model);

inline constexpr double kMostMaps = 10'000;

}  // namespace edgesim
