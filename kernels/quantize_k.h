// Codes and scales of one super-block of a K-format.
#pragma once

#include <span>

#include "kernels/superblock.h"

namespace edgesim::kernels {

// Per sub-block, candidates for the step near (range of weights) / (range of codes) give codes; to
// these the scale (and min) is fitted by least squares, each weight counted by its magnitude plus
// the sub-block's root mean square; the candidate of least error stays. Scales and mins are then
// rounded to multiples of d and dmin, and codes chosen anew for what they have become. Weights must
// be finite; std::invalid_argument where d or dmin exceeds a half.
SuperBlockCodes QuantizeSuperBlock(WeightFormat format, std::span<const float, kSuperBlock> x);

}  // namespace edgesim::kernels
