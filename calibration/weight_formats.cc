#include "calibration/weight_formats.h"

namespace edgesim {

kernels::WeightFormat WeightFormatOf(TensorFormat format) {
  using kernels::WeightFormat;
  switch (format) {
    case TensorFormat::kF32:
      return WeightFormat::kF32;
    case TensorFormat::kF16:
      return WeightFormat::kF16;
    case TensorFormat::kBF16:
      return WeightFormat::kBF16;
    case TensorFormat::kQ8_0:
      return WeightFormat::kQ8_0;
    case TensorFormat::kQ6_K:
      return WeightFormat::kQ6_K;
    case TensorFormat::kQ5_K:
      return WeightFormat::kQ5_K;
    case TensorFormat::kQ4_K:
      return WeightFormat::kQ4_K;
    case TensorFormat::kQ4_0:
      return WeightFormat::kQ4_0;
    case TensorFormat::kQ3_K:
      return WeightFormat::kQ3_K;
    case TensorFormat::kQ2_K:
      return WeightFormat::kQ2_K;
    case TensorFormat::kQ5_0:
      return WeightFormat::kQ5_0;
  }
  return WeightFormat::kF32;
}

}  // namespace edgesim
