// The kernels of this project as contenders, and what they are measured against.
#pragma once

#include <cstddef>
#include <vector>

#include "kernels/formats.h"
#include "tests/bench/bench_rounds.h"

namespace edgesim::bench {

inline constexpr std::size_t kColumnCounts[] = {1, 8, 32, 512};

// Copies of a matrix of `bytes` that hold at least `memory_bytes`.
std::size_t CopiesOf(double bytes, double memory_bytes);

// Products of n columns that one run makes, each with the next copy of the weights: all copies for
// n = 1, and for more columns enough to take some milliseconds.
std::size_t ProductsOf(const Shape& shape, std::size_t n, std::size_t copies);

// Uniform in [-1, 1).
std::vector<float> UniformFloats(std::size_t count);

// The read loops over `memory_bytes`, and dot products.
std::vector<Contender> Yardsticks(std::size_t memory_bytes);

// Products of every number of columns with weights of the format, of which there are
// `memory_bytes` at least in pages of their own. Activations are quantised within the timed run.
std::vector<Contender> KernelsOf(kernels::WeightFormat format, const Shape& shape,
                                 std::size_t memory_bytes);

}  // namespace edgesim::bench
