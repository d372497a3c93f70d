#include "policies/certainty_equivalent.h"

namespace edgesim {

double CertaintyEquivalent::Epsilon(std::uint32_t episode) const {
  return FallingShare(epsilon_, episode);
}

std::unique_ptr<Policy> CertaintyEquivalentConfig::Make(const PolicyContext& context) const {
  return std::make_unique<CertaintyEquivalent>(*this, context);
}

}  // namespace edgesim
