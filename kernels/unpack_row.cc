#include "kernels/unpack_row.h"

#include "kernels/float_tile.h"
#include "kernels/simd_scalar.h"
#include "kernels/tile.h"

namespace edgesim::kernels {

namespace {

template <class P>
void Unpack(const std::byte* panel, std::size_t lane, std::span<float> out) {
  const auto* blocks = reinterpret_cast<const P*>(panel);
  for (std::size_t b = 0; b * P::kBlock < out.size(); ++b) {
    ScalarSimd::Float scale[kSubBlocks<P>], min[kSubBlocks<P>];
    blocks[b].template Scales<ScalarSimd>(0, scale, min);
    for (std::size_t unit = 0; unit < kUnits<P>; ++unit) {
      ScalarSimd::Int groups[8];
      blocks[b].template Unpack<ScalarSimd>(0, unit, groups);
      for (std::size_t i = 0; i < 32; ++i) {
        const std::size_t k = 32 * unit + i, sub = k / P::kSubBlock;
        const auto code = static_cast<int>(groups[i / 4].lane[lane] >> (8 * (i % 4)) & 0xFF);
        float weight = scale[sub].lane[lane] * static_cast<float>(code - P::kZeroPoint);
        if constexpr (P::kMins) weight -= min[sub].lane[lane];
        out[b * P::kBlock + k] = weight;
      }
    }
  }
}

template <class P>
void UnpackFloats(const std::byte* panel, std::size_t lane, std::span<float> out) {
  const auto* groups = reinterpret_cast<const P*>(panel);
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = groups[k].template Load<ScalarSimd>(0).lane[lane];
}

}  // namespace

void UnpackRow(const PackedMatrix& matrix, std::size_t row, std::span<float> out) {
  const std::byte* panel = matrix.panel(row / kPanelRows);
  const auto with = [&](auto unpack) { unpack(panel, row % kPanelRows, out); };
  switch (matrix.format()) {
    case WeightFormat::kF32:
      return with(UnpackFloats<PackedF32>);
    case WeightFormat::kF16:
      return with(UnpackFloats<PackedF16>);
    case WeightFormat::kBF16:
      return with(UnpackFloats<PackedBF16>);
    case WeightFormat::kQ8_0:
      return with(Unpack<PackedQ8_0>);
    case WeightFormat::kQ6_K:
      return with(Unpack<PackedQ6_K>);
    case WeightFormat::kQ5_K:
      return with(Unpack<PackedQ5_K>);
    case WeightFormat::kQ4_K:
      return with(Unpack<PackedQ4_K>);
    case WeightFormat::kQ4_0:
      return with(Unpack<PackedQ4_0>);
    case WeightFormat::kQ3_K:
      return with(Unpack<PackedQ3_K>);
    case WeightFormat::kQ2_K:
      return with(Unpack<PackedQ2_K>);
    case WeightFormat::kQ5_0:
      return with(Unpack<PackedQ5_0>);
  }
}

}  // namespace edgesim::kernels
