#include "policies/posterior_sampling.h"

namespace edgesim {

PlanMixture PosteriorSampling::PlanForTraining(WordStream words) {
  return {.plans = {MaximisePriced(model().Draw(words), {}).table}};
}

PlanMixture PosteriorSampling::PlanFrozen() const {
  return {.plans = {MaximisePriced(model().Estimate(), {}).table}};
}

std::unique_ptr<Policy> PosteriorSamplingConfig::Make(const PolicyContext& context) const {
  return std::make_unique<PosteriorSampling>(*this, context);
}

}  // namespace edgesim
