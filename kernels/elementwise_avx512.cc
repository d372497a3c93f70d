#include "kernels/elementwise_body.inc"

namespace edgesim::kernels {

const ElementwiseKernels& ElementwiseAvx512() { return kElementwise; }

}  // namespace edgesim::kernels
