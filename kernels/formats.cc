#include "kernels/formats.h"

#include <stdexcept>
#include <string>

namespace edgesim::kernels {

const FormatInfo& InfoOf(WeightFormat format) {
  static constexpr FormatInfo kInfos[] = {
      {"f32", 1, 4},
      {"f16", 1, 2},
      {"bf16", 1, 2},
      {"q8_0", 32, sizeof(BlockQ8_0)},
      {"q6_k", kSuperBlock, sizeof(BlockQ6_K)},
      {"q5_k", kSuperBlock, sizeof(BlockQ5_K)},
      {"q4_k", kSuperBlock, sizeof(BlockQ4_K)},
      {"q4_0", 32, sizeof(BlockQ4_0)},
      {"q3_k", kSuperBlock, sizeof(BlockQ3_K)},
      {"q2_k", kSuperBlock, sizeof(BlockQ2_K)},
      {"q5_0", 32, sizeof(BlockQ5_0)},
  };
  return kInfos[static_cast<std::size_t>(format)];
}

std::size_t MatrixBytes(WeightFormat format, std::size_t rows, std::size_t columns) {
  const FormatInfo& info = InfoOf(format);
  if (columns % info.block != 0) {
    throw std::invalid_argument(std::string(info.name) + ": " + std::to_string(columns) +
                                " columns are no multiple of its block of " +
                                std::to_string(info.block));
  }
  return rows * (columns / info.block) * info.block_bytes;
}

}  // namespace edgesim::kernels
