#include "kernels/elementwise.h"

#include "kernels/isa.h"

namespace edgesim::kernels {

const ElementwiseKernels& ElementwiseOf(Isa isa) {
#ifdef __x86_64__
  if (isa == Isa::kAvx512Vnni) return ElementwiseAvx512();
  if (isa != Isa::kScalar) return ElementwiseAvx2();
#endif
  return ElementwiseScalar();
}

}  // namespace edgesim::kernels
