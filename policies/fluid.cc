#include "policies/fluid.h"

namespace edgesim {

ActionId Fluid::Act(const Observation& seen, const Noise& noise) {
  const HullMix mix = frontier_.Mix(seen.class_id, seen.energy_left.value() / *seen.requests_left);
  WordStream words = noise.Words(Stream::kExplore);
  return Uniform01(words) < mix.share ? mix.upper : mix.lower;
}

std::unique_ptr<Policy> FluidConfig::Make(const PolicyContext& context) const {
  return std::make_unique<Fluid>(*context.model);
}

}  // namespace edgesim
