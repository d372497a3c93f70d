// The formats of model cards as the formats of kernels.
#pragma once

#include "kernels/formats.h"
#include "sim/quantization.h"

namespace edgesim {

kernels::WeightFormat WeightFormatOf(TensorFormat format);

}  // namespace edgesim
