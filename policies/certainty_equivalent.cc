#include "policies/certainty_equivalent.h"

#include <algorithm>
#include <cmath>

namespace edgesim {

PlanMixture CertaintyEquivalent::PlanFrozen() const {
  return {.plans = {MaximisePriced(model().Estimate(), {}).table}};
}

double CertaintyEquivalent::Epsilon(std::uint32_t episode) const {
  return std::min(1.0, epsilon_ / std::sqrt(1.0 + episode));
}

std::unique_ptr<Policy> CertaintyEquivalentConfig::Make(const PolicyContext& context) const {
  return std::make_unique<CertaintyEquivalent>(*this, context);
}

}  // namespace edgesim
