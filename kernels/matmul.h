// Matrix products of packed weights with float activations: decode (n = 1), small batches and
// prefill. Activations are quantised inside; accumulation is in float. Work is shared out by TBB
// over the calling task arena: run it in a tbb::task_arena of as many threads as wanted. Results
// do not depend on the number of threads.
#pragma once

#include <cstddef>

#include "kernels/isa.h"
#include "kernels/memory_pool.h"
#include "kernels/packed_matrix.h"

namespace edgesim::kernels {

// n columns of activations, column c at data + c * stride.
struct Activations {
  const float* data = nullptr;
  std::size_t n = 0;
  std::size_t stride = 0;  // floats, at least the matrix's columns
};

// Memory that MatMul keeps between calls; one for each thread that calls it.
class MatMulWorkspace {
 public:
  std::byte* AtLeast(std::size_t bytes) {
    if (memory_.size() < bytes) memory_ = AlignedBytes(bytes);
    return memory_.data();
  }
  std::size_t bytes() const { return memory_.size(); }

 private:
  AlignedBytes memory_;
};

// out[c * out_stride + r] = sum over k of w[r][k] * x[c][k], for r < rows, c < n; out_stride is at
// least the number of rows.
void MatMul(const PackedMatrix& weights, const Activations& x, float* out, std::size_t out_stride,
            MatMulWorkspace& workspace, Isa isa = FastestIsa());

// Bytes of workspace such a product takes.
std::size_t WorkspaceBytes(const PackedMatrix& weights, std::size_t n, Isa isa = FastestIsa());

}  // namespace edgesim::kernels
