// A host of round numbers: one and two threads, laws for all operations and four formats.
#pragma once

#include "devices/host_profile.h"
#include "devices/host_profile_io.h"

namespace edgesim {

inline ThreadLaws ToyLaws(std::size_t threads) {
  const double each = 1 / static_cast<double>(threads);
  ThreadLaws laws{
      .threads = threads,
      .tile_columns = 8,
      .pass_overhead_s = 1e-4,
      .matmul = {},
      .attention = {.overhead_s = 2e-6,
                    .bytes_per_s = 8e9,
                    .pass_s = {1e-10 * each, 1.5e-10 * each, 2e-10 * each, 3e-10 * each},
                    .score_s = 1e-9 * each,
                    .query_s = 2e-10 * each,
                    .overlap = 2},
      .elements = {}};
  const MatMulLaw matmul{.overhead_s = 3e-6,
                         .bytes_per_s = 1e10,
                         .pass_s = {2e-11 * each, 3e-11 * each, 4e-11 * each, 6e-11 * each},
                         .prepare_s = 1e-10,
                         .overlap = 3};
  for (const TensorFormat format : {TensorFormat::kF32, TensorFormat::kF16, TensorFormat::kQ8_0,
                                    TensorFormat::kQ6_K, TensorFormat::kQ4_K, TensorFormat::kQ4_0})
    laws.matmul[format] = matmul;
  for (std::size_t k = 0; k < kOpKindNames.size(); ++k) {
    const auto kind = static_cast<OpKind>(k);
    if (HasElementLaw(kind)) laws.elements[kind] = {.overhead_s = 1e-6, .element_s = 1e-10};
  }
  return laws;
}

inline HostProfile ToyHost() {
  return {.name = "toy-host",
          .date = "2026-01-02T03:04:05Z",
          .version = "1.0.0",
          .mode = CalibrationMode::kQuick,
          .host = {.cpu = "Toy CPU @ 1 GHz",
                   .isa = "scalar",
                   .cores = 2,
                   .l1d_bytes = 32768,
                   .l2_bytes = 1048576,
                   .l3_bytes = {}},
          .laws = {ToyLaws(1), ToyLaws(2)},
          .yardsticks = {{.threads = 1, .read_bytes_per_s = 1e10, .int8_operations_per_s = 1e11},
                         {.threads = 2, .read_bytes_per_s = 1.5e10, .int8_operations_per_s = 2e11}},
          .measurement = {.timings = 400,
                          .repeated_for_stolen_time = 3,
                          .repeated_for_spread = 5,
                          .median_relative_iqr = 0.01,
                          .p90_relative_iqr = 0.05},
          .residuals = {{.threads = 1,
                         .law = "q4_0",
                         .timings = 40,
                         .median = 0.03,
                         .p90 = 0.08,
                         .max = 0.12,
                         .bias = -0.01},
                        {.threads = 2,
                         .law = "attention",
                         .timings = 20,
                         .median = 0.05,
                         .p90 = 0.1,
                         .max = 0.2,
                         .bias = 0.02}},
          .residual_ratios = {0.9, 0.97, 1, 1.02, 1.1},
          .provenance = {{"laws",
                          {.kind = ProvenanceKind::kAssumed,
                           .source = "a toy",
                           .date = "unknown",
                           .method = "round numbers"}}}};
}

}  // namespace edgesim
