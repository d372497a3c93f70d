// Time of an operation on a machine whose kernels have been measured: laws with a meaning for each
// term, fitted from timings of single kernels (calibration/latency_fit.h).
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "devices/op_graph.h"
#include "sim/quantization.h"

namespace edgesim {

// Kernels take columns in tiles of 8, 4, 2 and 1: 13 = 8 + 4 + 1. Index: log2 of the width.
inline constexpr std::size_t kPassWidths = 4;
using PassSeconds = std::array<double, kPassWidths>;

// A product of rows x columns weights with n columns of activations takes
//   overhead + (memory^p + compute^p)^(1/p) + n columns prepare,
// memory = weight bytes / bytes_per_s, compute = rows columns (sum over tiles of pass_s).
struct MatMulLaw {
  double overhead_s = 0;   // of a product
  double bytes_per_s = 0;  // weights from memory
  PassSeconds pass_s{};    // per weight and tile, weights in cache
  double prepare_s = 0;    // per activation: quantising it
  double overlap = 0;      // p >= 1: 1 is no overlap of memory and arithmetic, large is all
};

// Attention of n tokens: per key-value head, tiles of columns (a column is one token's head) pass
// over the positions they see, once for the scores and once for the values.
struct AttentionLaw {
  double overhead_s = 0;
  double bytes_per_s = 0;  // keys and values from memory
  PassSeconds pass_s{};    // per position, float of a head, and tile
  double score_s = 0;      // per score: softmax
  double query_s = 0;      // per float of the queries: gathering them and giving out results
  double overlap = 0;      // as in MatMulLaw
};

// Operations on every element of a tensor: overhead + elements element_s.
struct ElementLaw {
  double overhead_s = 0;
  double element_s = 0;
};

// All laws of one unit of the host with a number of threads.
struct ThreadLaws {
  std::size_t threads = 1;
  std::size_t tile_columns = 8;  // of the widest tile
  double pass_overhead_s = 0;    // of a forward pass, beside its operations
  std::map<TensorFormat, MatMulLaw> matmul;
  AttentionLaw attention;
  std::map<OpKind, ElementLaw> elements;
};

// Tiles of each width that n columns make.
std::array<std::size_t, kPassWidths> Tiles(std::size_t n, std::size_t widest);

// What attention does, beside reading its bytes (KvBytesRead).
struct AttentionWork {
  PassSeconds passes{};  // positions x head_dim x tiles, by width; both products
  double scores = 0;
};
AttentionWork WorkOfAttention(const Op& op, std::size_t widest);

double Seconds(const MatMulLaw& law, std::size_t widest, std::size_t rows, std::size_t columns,
               double n, double weight_bytes);
double Seconds(const AttentionLaw& law, std::size_t widest, const Op& op);
double Seconds(const ElementLaw& law, const Op& op);

// Of one operation of a graph. Throws InputError where the laws lack its format.
double Seconds(const ThreadLaws& laws, const Op& op);

// Of a whole pass, with what each operation kind and role takes of it.
struct PassTime {
  double seconds = 0;
  std::map<std::string_view, double> by_part;  // matmuls by role, the rest by kind; "overhead"
};
PassTime Predict(const ThreadLaws& laws, const OpGraph& graph);

}  // namespace edgesim
