#include "kernels/elementwise_body.inc"

namespace edgesim::kernels {

const ElementwiseKernels& ElementwiseScalar() { return kElementwise; }

}  // namespace edgesim::kernels
