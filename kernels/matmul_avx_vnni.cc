#include "kernels/matmul_table.h"
#include "kernels/simd_avx2.h"

namespace edgesim::kernels {

const MatMulKernels& MatMulAvxVnni() {
  static constexpr MatMulKernels kTable = TableOf<Avx2Simd<true>>();
  return kTable;
}

}  // namespace edgesim::kernels
