// Times of single kernels on this host: what the latency laws are fitted to.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "calibration/timing.h"
#include "devices/op_graph.h"
#include "kernels/isa.h"
#include "kernels/packed_matrix.h"

namespace edgesim {

struct MatrixSize {
  std::size_t rows = 0, columns = 0;
  auto operator<=>(const MatrixSize&) const = default;
};

// Products to time together, one after another as in a model's layer. Cold: each run reads weights
// that no cache holds.
struct MatMulCase {
  TensorFormat format{};
  std::vector<MatrixSize> matrices;
  std::size_t n = 1;  // columns of activations
  bool cold = true;
  bool operator==(const MatMulCase&) const = default;
};

struct MatMulTiming {
  MatMulCase products;
  Timing timing;  // of all of them
};

// Attention or an element-wise operation, as it stands in a graph.
struct OpTiming {
  Op op;
  Timing timing;
};

struct TimingPlan {
  std::vector<MatMulCase> products;
  std::vector<Op> operations;
};

struct ThreadTimings {
  std::size_t threads = 1;
  std::vector<MatMulTiming> products;
  std::vector<OpTiming> operations;
  TimingTally tally;
};

// Called as figures come in: how many of how many.
using TimingProgress = std::function<void(std::size_t done, std::size_t of)>;

// Runs the plan with that many threads. Throws ContentionError where the machine is not quiet.
ThreadTimings TimeKernels(const TimingPlan& plan, std::size_t threads, const HostClock& clock,
                          const TimingOptions& options, SpeedProbe& probe, kernels::Isa isa,
                          const TimingProgress& progress);

// The weights that stand for a matrix of `rows` x `columns`: Gaussian rows, repeated.
kernels::PackedMatrix GaussianMatrix(TensorFormat format, std::size_t rows, std::size_t columns);

}  // namespace edgesim
