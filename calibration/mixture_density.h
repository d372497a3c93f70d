// Gaussian mixtures as a network's output (mixture density network, Bishop 1994, NCRG/94/004).
#pragma once

#include <Eigen/Core>

#include "sim/rng.h"

namespace edgesim {

// The head's column for M components: M logits of the weights, M means, M values s with standard
// deviation floor_sd + exp(s); s is cut at kMostLogSd, beyond which no gradient flows.
inline constexpr double kMostLogSd = 2;

constexpr int MixtureOutputs(int components) { return 3 * components; }

// -log density of one target, and its gradient with respect to the column if `gradient` is not
// null. Both have MixtureOutputs() entries.
template <typename S>
S MixtureLoss(const S* column, int components, S floor_sd, S target, S* gradient);

float DrawFromMixture(const float* column, int components, float floor_sd, WordStream& words);

extern template float MixtureLoss(const float*, int, float, float, float*);
extern template double MixtureLoss(const double*, int, double, double, double*);

}  // namespace edgesim
