// One row of a packed matrix as floats: what an embedding looks up.
#pragma once

#include <cstddef>
#include <span>

#include "kernels/packed_matrix.h"

namespace edgesim::kernels {

// out: matrix.columns() floats, the same to the bit as DequantizeRow gives for the row's blocks.
void UnpackRow(const PackedMatrix& matrix, std::size_t row, std::span<float> out);

}  // namespace edgesim::kernels
