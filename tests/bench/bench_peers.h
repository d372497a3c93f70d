// What other libraries make of the same products: oneDNN with int8 weights and activations that are
// int8 to begin with, into int32; Eigen in float, which runs n = 1 on one thread whatever it is
// given. Weights are laid out beforehand as each library likes them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/bench/bench_rounds.h"

namespace edgesim::bench {

inline constexpr const char* kOneDnn = "oneDNN int8";
inline constexpr const char* kEigen = "Eigen f32";

// The version, or "not installed" where this was compiled without oneDNN.
std::string OneDnnVersion();

// As KernelsOf; oneDNN's is empty where it is not installed.
std::vector<Contender> OneDnnPeers(const Shape& shape, std::size_t memory_bytes);
std::vector<Contender> EigenPeers(const Shape& shape, std::size_t memory_bytes);

}  // namespace edgesim::bench
