#include "kernels/elementwise_body.inc"

namespace edgesim::kernels {

const ElementwiseKernels& ElementwiseAvx2() { return kElementwise; }

}  // namespace edgesim::kernels
