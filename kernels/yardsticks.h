// What this machine's memory and its dot-product instructions can give at most: loops that do
// nothing else. Rooflines are drawn with them; no latency law uses them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "kernels/isa.h"

namespace edgesim::kernels {

// Ways to read memory as a stream; which is fastest differs between machines.
enum class ReadLoop { kSum, kPrefetch, kFourStreams };
inline constexpr ReadLoop kReadLoops[] = {ReadLoop::kSum, ReadLoop::kPrefetch,
                                          ReadLoop::kFourStreams};

// The sum of the 64-bit words, wrapping, read with the threads of the calling task arena: each has
// one stretch. `bytes` starts on a cache line and is a multiple of 4 KiB.
std::uint64_t ReadMemory(ReadLoop loop, std::span<const std::byte> bytes, Isa isa);

// Runs at least `operations` int8 multiplications and additions of dot products from registers on
// every thread of the calling task arena; gives what was run in all. Scalar code has no dot
// product: there it is float multiply-adds.
double RunDotProducts(double operations, Isa isa);

}  // namespace edgesim::kernels
