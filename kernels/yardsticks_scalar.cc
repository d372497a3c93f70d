#include "kernels/simd_scalar.h"
#include "kernels/yardstick_body.h"

namespace edgesim::kernels {

const YardstickLoops& YardsticksScalar() {
  typedef std::uint64_t Words __attribute__((vector_size(16), may_alias));
  static constexpr YardstickLoops kLoops = LoopsOf<ScalarSimd, Words>();
  return kLoops;
}

}  // namespace edgesim::kernels
