#include "kernels/matmul_table.h"
#include "kernels/simd_scalar.h"

namespace edgesim::kernels {

const MatMulKernels& MatMulScalar() {
  static constexpr MatMulKernels kTable = TableOf<ScalarSimd>();
  return kTable;
}

}  // namespace edgesim::kernels
