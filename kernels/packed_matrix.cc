#include "kernels/packed_matrix.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <cstring>
#include <stdexcept>
#include <string>

#include "kernels/pack_blocks.h"
#include "kernels/packed_formats.h"

namespace edgesim::kernels {

namespace {

std::shared_ptr<std::byte> OfItsOwn(std::size_t size) {
  auto memory = std::make_shared<AlignedBytes>(size);
  return {memory, memory->data()};
}

}  // namespace

std::size_t PackedMatrix::panels() const { return (rows_ + kPanelRows - 1) / kPanelRows; }
std::size_t PackedMatrix::panel_bytes() const { return MatrixBytes(format_, kPanelRows, columns_); }

PackedMatrix::PackedMatrix(WeightFormat format, std::size_t rows, std::size_t columns,
                           std::span<const std::byte> blocks)
    : format_(format), rows_(rows), columns_(columns) {
  const std::size_t expected = MatrixBytes(format, rows, columns);
  if (blocks.size() != expected) {
    throw std::invalid_argument(std::string(InfoOf(format).name) + ": a matrix of " +
                                std::to_string(rows) + " x " + std::to_string(columns) + " has " +
                                std::to_string(expected) + " bytes, not " +
                                std::to_string(blocks.size()));
  }
  bytes_ = OfItsOwn(bytes());
  const std::size_t row_bytes = MatrixBytes(format, 1, columns);
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, panels()), [&](const auto& range) {
    for (std::size_t p = range.begin(); p != range.end(); ++p) {
      const std::size_t first = p * kPanelRows;
      const std::size_t count = rows - first < kPanelRows ? rows - first : kPanelRows;
      PackPanel(format, blocks.data() + first * row_bytes, row_bytes, count, columns,
                bytes_.get() + p * panel_bytes());
    }
  });
}

PackedMatrix PackedMatrix::Repeated(const PackedMatrix& pattern, std::size_t rows,
                                    MemoryPool* pool) {
  PackedMatrix out;
  out.format_ = pattern.format_;
  out.rows_ = rows;
  out.columns_ = pattern.columns_;
  out.bytes_ = pool != nullptr ? pool->Take(out.bytes()) : OfItsOwn(out.bytes());
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, out.panels()), [&](const auto& range) {
    for (std::size_t p = range.begin(); p != range.end(); ++p) {
      std::memcpy(out.bytes_.get() + p * out.panel_bytes(), pattern.panel(p % pattern.panels()),
                  out.panel_bytes());
    }
  });
  return out;
}

}  // namespace edgesim::kernels
