// Formats of weights and what they weigh: blocks of a fixed number of elements in a fixed number of
// bytes, as GGUF files hold them (llama.cpp, ggml/src/ggml-common.h).
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace edgesim {

enum class TensorFormat {
  kF32,
  kF16,
  kBF16,
  kQ8_0,
  kQ6_K,
  kQ5_K,
  kQ4_K,
  kQ4_0,
  kQ3_K,
  kQ2_K,
  kQ5_0,  // what 4-bit K-quants fall back to where the columns are no multiple of 256
};

struct TensorFormatTraits {
  std::string_view name;
  std::size_t block_elements;
  std::size_t block_bytes;
};

inline constexpr std::array<TensorFormatTraits, 11> kTensorFormats = {{{"f32", 1, 4},
                                                                       {"f16", 1, 2},
                                                                       {"bf16", 1, 2},
                                                                       {"q8_0", 32, 34},
                                                                       {"q6_k", 256, 210},
                                                                       {"q5_k", 256, 176},
                                                                       {"q4_k", 256, 144},
                                                                       {"q4_0", 32, 18},
                                                                       {"q3_k", 256, 110},
                                                                       {"q2_k", 256, 84},
                                                                       {"q5_0", 32, 22}}};

constexpr const TensorFormatTraits& Traits(TensorFormat format) {
  return kTensorFormats[static_cast<std::size_t>(format)];
}
constexpr std::string_view Name(TensorFormat format) { return Traits(format).name; }
constexpr double BitsPerWeight(TensorFormat format) {
  constexpr double kBitsPerByte = 8;
  return kBitsPerByte * static_cast<double>(Traits(format).block_bytes) /
         static_cast<double>(Traits(format).block_elements);
}
// A row of a matrix is whole blocks.
constexpr bool HoldsColumns(TensorFormat format, std::size_t columns) {
  return columns % Traits(format).block_elements == 0;
}

// Case ignored. Throws InputError that lists the names and suggests one.
TensorFormat ParseTensorFormat(std::string_view name);

// Bytes of a rows x columns matrix, row by row. Throws InputError where a row is not whole blocks.
std::size_t MatrixBytes(TensorFormat format, std::size_t rows, std::size_t columns);

}  // namespace edgesim
