// A weight matrix as the matmul kernels read it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "kernels/formats.h"
#include "kernels/memory_pool.h"

namespace edgesim::kernels {

// rows x columns weights, repacked into panels of 16 rows (kernels/packed_formats.h); rows that
// fill up the last panel are zero.
class PackedMatrix {
 public:
  PackedMatrix() = default;
  // `blocks`: MatrixBytes(format, rows, columns) bytes, row after row, as GGUF holds them.
  // Throws std::invalid_argument where the size or the number of columns does not fit.
  PackedMatrix(WeightFormat format, std::size_t rows, std::size_t columns,
               std::span<const std::byte> blocks);
  // A matrix of `rows` rows, the panels of `pattern` over and over, each in memory of its own: a
  // large matrix of realistic weights without the time to quantise one. From `pool` where given.
  static PackedMatrix Repeated(const PackedMatrix& pattern, std::size_t rows,
                               MemoryPool* pool = nullptr);

  WeightFormat format() const { return format_; }
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::size_t panels() const;
  std::size_t panel_bytes() const;
  std::size_t bytes() const { return panels() * panel_bytes(); }
  const std::byte* panel(std::size_t index) const { return bytes_.get() + index * panel_bytes(); }

 private:
  WeightFormat format_ = WeightFormat::kF32;
  std::size_t rows_ = 0, columns_ = 0;
  std::shared_ptr<std::byte> bytes_;
};

}  // namespace edgesim::kernels
