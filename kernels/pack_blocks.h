// Repacks GGUF blocks of up to 16 rows into one panel.
#pragma once

#include <cstddef>

#include "kernels/formats.h"

namespace edgesim::kernels {

// `rows` (1..16) rows of `columns` weights, `row_bytes` apart; missing rows are packed as zeros.
// `panel` takes MatrixBytes(format, 16, columns) bytes.
void PackPanel(WeightFormat format, const std::byte* blocks, std::size_t row_bytes,
               std::size_t rows, std::size_t columns, std::byte* panel);

}  // namespace edgesim::kernels
