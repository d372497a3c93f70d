// The inner loops of the HSMM recursions: sums and maxima over a contiguous window, weighted by a
// duration law. Every variant adds in the same order (eight running sums, folded in halves) and
// none contracts to FMA, so all of them give the same bits.
#pragma once

#include <cstddef>

namespace edgesim {

// Lengths are multiples of this; callers pad their laws with what changes nothing.
inline constexpr std::ptrdiff_t kWindowLanes = 8;
inline std::ptrdiff_t PaddedLength(std::ptrdiff_t length) {
  return (length + kWindowLanes - 1) / kWindowLanes * kWindowLanes;
}

struct TwoSums {
  double first = 0, second = 0;
};

// n is a multiple of kWindowLanes; no alignment is asked for, no argument may overlap another.
struct WindowKernels {
  double (*dot)(const double* window, const double* law, std::ptrdiff_t n);
  TwoSums (*two_dots)(const double* window, const double* first, const double* second,
                      std::ptrdiff_t n);
  // sum[k] += weight * window[k]
  void (*add_scaled)(double weight, const double* window, double* sum, std::ptrdiff_t n);
  // max over k of window[k] + law[k]; -infinity for n = 0
  double (*max_plus)(const double* window, const double* law, std::ptrdiff_t n);
};

// The fastest this processor runs.
const WindowKernels& Kernels();

// For tests: what every processor of the build's architecture runs, and the others this one can.
const WindowKernels& BaselineKernels();
const WindowKernels* Avx2Kernels();  // null where the processor has no AVX2

}  // namespace edgesim
