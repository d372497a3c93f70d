// Element-wise work of a transformer layer on one row of floats: one token's activations, or one
// row of scores. Each instruction set has its own table; all give the same bits, as they add up in
// the same order and never contract.
//
// Rows may start at any address. `out` may be the input itself, but not overlap it otherwise.
#pragma once

#include <cstddef>
#include <cstdint>

namespace edgesim::kernels {

// This header is compiled with each instruction set's flags: no inline functions here.
enum class Isa;

// silu(x) = x / (1 + exp(-x)); gelu by its tanh form, x / (1 + exp(-2 sqrt(2 / pi) (x + 0.044715
// x^3))); relu(x) = max(x, 0). The first two are 0 where the exponential exceeds a float.
enum class Nonlinearity : std::uint8_t { kSilu, kGeluTanh, kRelu };

struct ElementwiseKernels {
  // out = x / sqrt(mean(x^2) + eps) * weight.
  void (*rms_norm)(const float* x, const float* weight, std::size_t n, float eps, float* out);
  // out = (x - mean) / sqrt(mean((x - mean)^2) + eps) * weight + bias.
  void (*layer_norm)(const float* x, const float* weight, const float* bias, std::size_t n,
                     float eps, float* out);
  // rms_norm over each head; all share `weight` of head_dim.
  void (*head_norm)(const float* x, const float* weight, std::size_t heads, std::size_t head_dim,
                    float eps, float* out);
  // Turns the pairs (i, i + rotary_dims / 2) of each head's first `rotary_dims` floats by the
  // angles whose cosines and sines are given, one for each pair; copies the others. rotary_dims is
  // even and at most head_dim.
  void (*rope)(const float* x, std::size_t heads, std::size_t head_dim, std::size_t rotary_dims,
               const float* cosines, const float* sines, float* out);
  // out = f(gate) * up.
  void (*glu)(Nonlinearity f, const float* gate, const float* up, std::size_t n, float* out);
  void (*activate)(Nonlinearity f, const float* x, std::size_t n, float* out);
  void (*add)(const float* a, const float* b, std::size_t n, float* out);
  // x = cap tanh(x / cap), cap > 0.
  void (*softcap)(float* x, std::size_t n, float cap);
  // x = exp(scale x) / sum exp(scale x), scale > 0. -inf gives 0; one of the row must be finite.
  void (*softmax)(float* x, std::size_t n, float scale);
  // The first of the largest; n > 0, no NaN.
  std::size_t (*arg_max)(const float* x, std::size_t n);
  // As FloatToHalf and HalfToFloat of kernels/half.h.
  void (*float_to_half)(const float* x, std::size_t n, std::uint16_t* out);
  void (*half_to_float)(const std::uint16_t* x, std::size_t n, float* out);
  float (*dot)(const float* a, const float* b, std::size_t n);
};

const ElementwiseKernels& ElementwiseScalar();
#ifdef __x86_64__
const ElementwiseKernels& ElementwiseAvx2();
const ElementwiseKernels& ElementwiseAvx512();
#endif
const ElementwiseKernels& ElementwiseOf(Isa isa);

}  // namespace edgesim::kernels
