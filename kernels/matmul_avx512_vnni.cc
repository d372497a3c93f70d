#include "kernels/matmul_table.h"
#include "kernels/simd_avx512.h"

namespace edgesim::kernels {

const MatMulKernels& MatMulAvx512Vnni() {
  static constexpr MatMulKernels kTable = TableOf<Avx512Simd>();
  return kTable;
}

}  // namespace edgesim::kernels
