// What a matrix product must come to, in double precision, and how far the fast one may be off.
// Results are n x rows, as MatMul's: out[c * rows + r] of weight row r and activation column c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/formats.h"
#include "kernels/matmul.h"
#include "kernels/tile.h"

namespace edgesim::kernels {

// MatrixBytes(format, rows, columns) bytes, row after row, as GGUF holds them.
struct BlockMatrix {
  WeightFormat format;
  std::size_t rows;
  std::size_t columns;
  const std::byte* blocks;
};

// The exact products of the weights, as DequantizeRow gives them, and activations.
std::vector<double> ReferenceMatMul(const BlockMatrix& weights, const Activations& x);

// Activations that share a scale in products with `format`: 32 or 256; 0 where they stay in float.
std::size_t ActivationBlockOf(WeightFormat format);

// One column, x[i] about d[i / block] * q[i]. In float: d = m / 127 with m the largest magnitude of
// the block, q = x * (127 / m) to the nearest integer, ties to even. `x` is a multiple of `block`.
struct QuantizedColumn {
  std::vector<float> d;
  std::vector<std::int8_t> q;
};
QuantizedColumn QuantizeColumn(std::size_t block, std::span<const float> x);

// The exact products with activations quantised for the format, which is what MatMul computes but
// for its rounding.
std::vector<double> ReferenceMatMulQuantized(const BlockMatrix& weights, const Activations& x);

// |MatMul - ReferenceMatMulQuantized| is no more than
//
//   1.01 u (sum of the magnitudes of all rounded intermediate results) + 2^-149 (their number),
//
// u = 2^-24: a running error analysis (Higham, Accuracy and Stability of Numerical Algorithms,
// 2002, section 3.3) of MatMul's own order of operations, kernels/tile.h and kernels/float_tile.h.
// Exact, and so left out, are the integer dot products of sub-blocks, their conversion to float
// (at most 17 bits) and d * scale. Counted are, products whether or not they are fused:
//  - in a super-block, per sub-block the product of scale and dot product and the sum so far, and
//    the same for its min; then the product with the activations' scale and the sum of blocks;
//  - in a block of 32, its two products and the sum of blocks;
//  - in floating point, every product and sum, in one, two or four interleaved chains, whichever
//    is most, and the chains' sum;
//  - with mins, sum_k |w_k a_k|, as the reference's own weights are rounded differences.
// 1.01 covers the difference between exact intermediate results and rounded ones.
std::vector<double> AccumulationBudget(const BlockMatrix& weights, const Activations& x);

// |ReferenceMatMulQuantized - ReferenceMatMul| is no more than
//
//   sum_k |w_k| max(d / 2 (1 + 2^-14), kLeastActivation)
//
// with d the activations' scale. Rounding to the nearest q is off by half of d. Beyond it,
// x * (127 / m) has two roundings of 2^-24 of at most 127, and d one that q multiplies by up to
// 127: together 3 * 127 * 2^-24 of d, below 2^-14 / 2.
std::vector<double> ActivationBudget(const BlockMatrix& weights, const Activations& x);

}  // namespace edgesim::kernels
