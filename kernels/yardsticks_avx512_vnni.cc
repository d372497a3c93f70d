#include "kernels/simd_avx512.h"
#include "kernels/yardstick_body.h"

namespace edgesim::kernels {

const YardstickLoops& YardsticksAvx512Vnni() {
  typedef std::uint64_t Words __attribute__((vector_size(64), may_alias));
  static constexpr YardstickLoops kLoops = LoopsOf<Avx512Simd, Words>();
  return kLoops;
}

}  // namespace edgesim::kernels
