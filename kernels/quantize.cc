#include "kernels/quantize.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>

#include "kernels/half.h"
#include "kernels/quantize_k.h"

namespace edgesim::kernels {
namespace {

[[noreturn]] void ThrowTooLarge(WeightFormat format, double weight) {
  throw std::invalid_argument(std::string(InfoOf(format).name) + ": a weight of " +
                              std::to_string(weight) + " is beyond its range");
}

// 1 / d, or 0 where d is: then all codes stand for 0.
float Inverse(float d) { return d == 0 ? 0.0F : 1.0F / d; }

float LargestMagnitude(const float* x) {  // of 32, with its sign
  return *std::max_element(x, x + 32, [](float a, float b) { return std::abs(a) < std::abs(b); });
}

Half HalfScale(WeightFormat format, float d, float largest) {
  const Half half = FloatToHalf(d);
  if (std::isinf(HalfToFloat(half))) ThrowTooLarge(format, largest);
  return half;
}

// Where d falls below the normal halfs its rounding is coarse, hence the clamps.
BlockQ8_0 QuantizeQ8(const float* x) {
  BlockQ8_0 block;
  const float largest = LargestMagnitude(x);
  block.d = HalfScale(WeightFormat::kQ8_0, std::abs(largest) / 127, largest);
  const float inverse = Inverse(HalfToFloat(block.d));
  for (std::size_t i = 0; i < 32; ++i) {
    block.q[i] = static_cast<std::int8_t>(std::lrint(std::clamp(x[i] * inverse, -127.F, 127.F)));
  }
  return block;
}

BlockQ4_0 QuantizeQ4(const float* x) {
  BlockQ4_0 block;
  const float largest = LargestMagnitude(x);
  block.d = HalfScale(WeightFormat::kQ4_0, largest / -8, largest);
  const float inverse = Inverse(HalfToFloat(block.d));
  const auto code = [&](float w) {
    return static_cast<unsigned>(std::clamp(w * inverse + 8.5F, 0.0F, 15.0F));
  };
  for (std::size_t i = 0; i < 16; ++i) {
    block.q[i] = static_cast<std::uint8_t>(code(x[i]) | (code(x[i + 16]) << 4));
  }
  return block;
}

// As Q4_0 with 32 codes: the largest weight is code 0.
BlockQ5_0 QuantizeQ5(const float* x) {
  BlockQ5_0 block{};
  const float largest = LargestMagnitude(x);
  block.d = HalfScale(WeightFormat::kQ5_0, largest / -16, largest);
  const float inverse = Inverse(HalfToFloat(block.d));
  for (std::size_t i = 0; i < 32; ++i) {
    const auto code = static_cast<unsigned>(std::clamp(x[i] * inverse + 16.5F, 0.0F, 31.0F));
    block.q[i % 16] = static_cast<std::uint8_t>(block.q[i % 16] | (code & 15U) << (i < 16 ? 0 : 4));
    block.qh[i / 8] = static_cast<std::uint8_t>(block.qh[i / 8] | (code >> 4) << (i % 8));
  }
  return block;
}

template <typename Block, typename Quantize>
void QuantizeBlocks(std::span<const float> row, std::byte* out, Quantize quantize) {
  for (std::size_t i = 0; i < row.size(); i += 32, out += sizeof(Block)) {
    const Block block = quantize(row.data() + i);
    std::memcpy(out, &block, sizeof(Block));
  }
}

template <auto kNarrow, auto kWiden>
void Narrow(WeightFormat format, std::span<const float> row, std::byte* out) {
  for (const float weight : row) {
    const std::uint16_t bits = kNarrow(weight);
    if (std::isinf(kWiden(bits))) ThrowTooLarge(format, weight);
    std::memcpy(out, &bits, sizeof(bits));
    out += sizeof(bits);
  }
}

}  // namespace

void QuantizeRow(WeightFormat format, std::span<const float> row, std::byte* out) {
  const FormatInfo& info = InfoOf(format);
  MatrixBytes(format, 1, row.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!std::isfinite(row[i])) {
      throw std::invalid_argument(std::string(info.name) + ": weight " + std::to_string(i) +
                                  " of a row is " + std::to_string(row[i]) +
                                  ", weights must be finite");
    }
  }
  switch (format) {
    case WeightFormat::kF32:
      if (!row.empty()) std::memcpy(out, row.data(), row.size_bytes());
      return;
    case WeightFormat::kF16:
      return Narrow<FloatToHalf, HalfToFloat>(format, row, out);
    case WeightFormat::kBF16:
      return Narrow<FloatToBfloat16, Bfloat16ToFloat>(format, row, out);
    case WeightFormat::kQ8_0:
      return QuantizeBlocks<BlockQ8_0>(row, out, QuantizeQ8);
    case WeightFormat::kQ4_0:
      return QuantizeBlocks<BlockQ4_0>(row, out, QuantizeQ4);
    case WeightFormat::kQ5_0:
      return QuantizeBlocks<BlockQ5_0>(row, out, QuantizeQ5);
    default:
      break;
  }
  for (std::size_t i = 0; i < row.size(); i += kSuperBlock, out += info.block_bytes) {
    PackSuperBlock(format, QuantizeSuperBlock(format, row.subspan(i).first<kSuperBlock>()), out);
  }
}

void QuantizeMatrix(WeightFormat format, std::span<const float> weights, std::size_t rows,
                    std::size_t columns, std::byte* out) {
  if (weights.size() != rows * columns) {
    throw std::invalid_argument(std::to_string(weights.size()) + " weights are no matrix of " +
                                std::to_string(rows) + " x " + std::to_string(columns));
  }
  const std::size_t row_bytes = MatrixBytes(format, 1, columns);
  tbb::parallel_for(std::size_t{0}, rows, [&](std::size_t row) {
    QuantizeRow(format, weights.subspan(row * columns, columns), out + row * row_bytes);
  });
}

}  // namespace edgesim::kernels
