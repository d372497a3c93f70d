#include "policies/posterior_sampling.h"

namespace edgesim {

std::unique_ptr<Policy> PosteriorSamplingConfig::Make(const PolicyContext& context) const {
  return std::make_unique<PosteriorSampling>(*this, context);
}

}  // namespace edgesim
