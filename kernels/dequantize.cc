#include <cstring>

#include "kernels/half.h"
#include "kernels/quantize.h"
#include "kernels/superblock.h"

namespace edgesim::kernels {
namespace {

template <typename Block>
Block BlockAt(const std::byte* blocks, std::size_t index) {
  Block block;
  std::memcpy(&block, blocks + index * sizeof(Block), sizeof(Block));
  return block;
}

template <typename Weight, typename ToFloat>
void DequantizePlain(const std::byte* blocks, std::span<float> out, ToFloat to_float) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = to_float(BlockAt<Weight>(blocks, i));
}

void DequantizeQ8(const std::byte* blocks, std::span<float> out) {
  for (std::size_t b = 0; b < out.size() / 32; ++b) {
    const auto block = BlockAt<BlockQ8_0>(blocks, b);
    const float d = HalfToFloat(block.d);
    for (std::size_t i = 0; i < 32; ++i) out[32 * b + i] = d * static_cast<float>(block.q[i]);
  }
}

void DequantizeQ4(const std::byte* blocks, std::span<float> out) {
  for (std::size_t b = 0; b < out.size() / 32; ++b) {
    const auto block = BlockAt<BlockQ4_0>(blocks, b);
    const float d = HalfToFloat(block.d);
    for (std::size_t i = 0; i < 16; ++i) {
      out[32 * b + i] = d * static_cast<float>((block.q[i] & 15) - 8);
      out[32 * b + 16 + i] = d * static_cast<float>((block.q[i] >> 4) - 8);
    }
  }
}

void DequantizeQ5(const std::byte* blocks, std::span<float> out) {
  for (std::size_t b = 0; b < out.size() / 32; ++b) {
    const auto block = BlockAt<BlockQ5_0>(blocks, b);
    const float d = HalfToFloat(block.d);
    for (std::size_t i = 0; i < 32; ++i) {
      const int low = i < 16 ? block.q[i] & 15 : block.q[i - 16] >> 4;
      const int high = block.qh[i / 8] >> (i % 8) & 1;
      out[32 * b + i] = d * static_cast<float>((low | high << 4) - 16);
    }
  }
}

void DequantizeK(WeightFormat format, const std::byte* blocks, std::span<float> out) {
  const SuperBlockLayout& layout = LayoutOf(format);
  const std::size_t bytes = InfoOf(format).block_bytes;
  for (std::size_t b = 0; b < out.size() / kSuperBlock; ++b) {
    const SuperBlockCodes codes = UnpackSuperBlock(format, blocks + b * bytes);
    const float d = HalfToFloat(codes.d);
    const float dmin = HalfToFloat(codes.dmin);
    float* const weights = out.data() + b * kSuperBlock;
    for (std::size_t s = 0; s < kSuperBlock / layout.sub_block; ++s) {
      const float scale = d * static_cast<float>(codes.scale[s]);
      const float min = dmin * static_cast<float>(codes.min[s]);
      for (std::size_t i = s * layout.sub_block; i < (s + 1) * layout.sub_block; ++i) {
        weights[i] = scale * static_cast<float>(codes.code[i] - layout.zero) - min;
      }
    }
  }
}

}  // namespace

void DequantizeRow(WeightFormat format, const std::byte* blocks, std::span<float> out) {
  MatrixBytes(format, 1, out.size());
  switch (format) {
    case WeightFormat::kF32:
      return DequantizePlain<float>(blocks, out, [](float w) { return w; });
    case WeightFormat::kF16:
      return DequantizePlain<Half>(blocks, out, HalfToFloat);
    case WeightFormat::kBF16:
      return DequantizePlain<Bfloat16>(blocks, out, Bfloat16ToFloat);
    case WeightFormat::kQ8_0:
      return DequantizeQ8(blocks, out);
    case WeightFormat::kQ4_0:
      return DequantizeQ4(blocks, out);
    case WeightFormat::kQ5_0:
      return DequantizeQ5(blocks, out);
    default:
      return DequantizeK(format, blocks, out);
  }
}

}  // namespace edgesim::kernels
