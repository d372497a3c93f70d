#include "kernels/simd_avx2.h"
#include "kernels/yardstick_body.h"

namespace edgesim::kernels {

const YardstickLoops& YardsticksAvxVnni() {
  typedef std::uint64_t Words __attribute__((vector_size(32), may_alias));
  static constexpr YardstickLoops kLoops = LoopsOf<Avx2Simd<true>, Words>();
  return kLoops;
}

}  // namespace edgesim::kernels
