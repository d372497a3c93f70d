#include "kernels/matmul_table.h"
#include "kernels/simd_avx2.h"

namespace edgesim::kernels {

const MatMulKernels& MatMulAvx2() {
  static constexpr MatMulKernels kTable = TableOf<Avx2Simd<false>>();
  return kTable;
}

}  // namespace edgesim::kernels
