// The loops of kernels/yardsticks.h, per instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace edgesim::kernels {

struct YardstickLoops {
  // Sums of `words` 64-bit words, a multiple of 512; by ReadLoop.
  std::uint64_t (*read[3])(const std::uint64_t* words, std::size_t count);
  // Runs `rounds` times twelve independent dot products of one register.
  std::int32_t (*dot)(std::size_t rounds);
  double operations;  // of one round
};

const YardstickLoops& YardsticksScalar();
#ifdef __x86_64__
const YardstickLoops& YardsticksAvx2();
const YardstickLoops& YardsticksAvxVnni();
const YardstickLoops& YardsticksAvx512Vnni();
#endif

}  // namespace edgesim::kernels
