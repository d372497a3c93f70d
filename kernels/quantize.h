// Weights from float to a format's blocks and back.
#pragma once

#include <cstddef>
#include <span>

#include "kernels/formats.h"

namespace edgesim::kernels {

// Writes MatrixBytes(format, 1, row.size()) bytes at `out`, at any alignment. Q8_0: d = max|w| /
// 127; Q4_0: d = -(the weight of largest magnitude) / 8, Q5_0: / 16; K-formats: see
// kernels/quantize_k.h. All round d to half first and choose the codes for that.
// std::invalid_argument where the length is no multiple of the block, where a weight is not finite,
// or where a weight or d exceeds what the format's half or bfloat16 can hold.
void QuantizeRow(WeightFormat format, std::span<const float> row, std::byte* out);

// `weights`: rows x columns, row after row; `out`: MatrixBytes(format, rows, columns) bytes. Rows
// run in parallel.
void QuantizeMatrix(WeightFormat format, std::span<const float> weights, std::size_t rows,
                    std::size_t columns, std::byte* out);

// The weights of MatrixBytes(format, 1, out.size()) bytes at `blocks`, at any alignment. Exact but
// for the one rounding of the difference in formats with mins (Q5_K, Q4_K, Q2_K).
void DequantizeRow(WeightFormat format, const std::byte* blocks, std::span<float> out);

}  // namespace edgesim::kernels
