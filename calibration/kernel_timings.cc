#include "calibration/kernel_timings.h"

#include <fmt/format.h>
#include <tbb/task_arena.h>

#include <algorithm>

#include "calibration/op_runner.h"
#include "calibration/weight_formats.h"
#include "kernels/matmul.h"
#include "kernels/quantize.h"
#include "sim/rng.h"

namespace edgesim {

namespace {

constexpr std::size_t kPatternRows = 64;

std::vector<float> Gaussian(std::size_t count) {
  WordStream words = Noise{}.Words(Stream::kLatency);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(StandardNormal(words));
  return values;
}

MatMulTiming TimeProducts(const MatMulCase& products, std::size_t cold_bytes,
                          kernels::MemoryPool& pool, Stopwatch& watch, kernels::Isa isa) {
  struct Weights {
    std::vector<kernels::PackedMatrix> copies;
  };
  std::size_t bytes = 0, longest = 0, widest = 0;
  for (const MatrixSize& m : products.matrices) {
    bytes += MatrixBytes(products.format, m.rows, m.columns);
    longest = std::max(longest, m.rows);
    widest = std::max(widest, m.columns);
  }
  // Batches are bound by arithmetic: a few copies will do.
  const std::size_t spread_over = products.n == 1 ? cold_bytes : cold_bytes / 4;
  const std::size_t copies = products.cold ? std::max<std::size_t>(2, spread_over / bytes + 1) : 1;
  pool.Reuse();
  std::vector<Weights> weights(products.matrices.size());
  for (std::size_t m = 0; m < weights.size(); ++m) {
    const auto [rows, columns] = products.matrices[m];
    const kernels::PackedMatrix pattern =
        GaussianMatrix(products.format, std::min(rows, kPatternRows), columns);
    for (std::size_t i = 0; i < copies; ++i)
      weights[m].copies.push_back(kernels::PackedMatrix::Repeated(pattern, rows, &pool));
  }
  const std::vector<float> x = Gaussian(products.n * widest);
  std::vector<float> out(products.n * longest);
  kernels::MatMulWorkspace workspace;
  const auto name =
      fmt::format("a product of {} x {} {} weights with {} columns", products.matrices[0].rows,
                  products.matrices[0].columns, Name(products.format), products.n);
  const Timing timing = watch.Time(name, [&](std::size_t i) {
    for (const Weights& of_matrix : weights) {
      const kernels::PackedMatrix& w = of_matrix.copies[i % copies];
      kernels::MatMul(w, {x.data(), products.n, w.columns()}, out.data(), w.rows(), workspace, isa);
    }
  });
  return {products, timing};
}

// Operands of their own for each of several runs, as many as it takes to leave the caches, where
// the operation reads more than its activations.
OpTiming TimeOperation(const Op& op, std::size_t cold_bytes, Stopwatch& watch, kernels::Isa isa) {
  OpWeights weights;
  if (op.kind == OpKind::kEmbed)
    weights.matrices.push_back(GaussianMatrix(op.format, op.rows, op.columns));
  weights.scale.assign(op.width, 1.0F);
  weights.bias.assign(op.width, 0.01F);
  const std::size_t positions = op.context + op.tokens;
  const bool cached = op.kind == OpKind::kAttention || op.kind == OpKind::kKvStore;
  kernels::MemoryPool pool;
  std::vector<kernels::KvCache> caches;
  if (cached) {
    const std::size_t heads = op.kind == OpKind::kAttention ? op.kv_heads : op.heads;
    const std::size_t bytes = 4 * positions * heads * op.head_dim;
    const std::size_t copies = op.tokens == 1 ? cold_bytes / bytes + 1 : 1;
    for (std::size_t i = 0; i < std::min<std::size_t>(copies, 512); ++i)
      caches.emplace_back(positions, heads, op.head_dim, &pool);
  }
  const std::size_t width = op.kind == OpKind::kArgmax ? op.columns : op.width;
  const std::vector<float> a = Gaussian(op.tokens * width), b = a;
  std::vector<float> out(op.tokens * op.width);
  OpRunner runner(isa, positions, op.rotary_dims);
  OpCall call{.op = &op,
              .weights = &weights,
              .operands = {a.data(), b.data(), nullptr},
              .first_position = op.context,
              .out = out.data()};
  const auto name = fmt::format("{} of {} x {}", Name(op.kind), op.tokens, width);
  const Timing timing = watch.Time(name, [&](std::size_t i) {
    if (cached) call.cache = &caches[i % caches.size()];
    runner.Run(call);
  });
  return {op, timing};
}

}  // namespace

kernels::PackedMatrix GaussianMatrix(TensorFormat format, std::size_t rows, std::size_t columns) {
  const kernels::WeightFormat to = WeightFormatOf(format);
  const std::size_t pattern_rows = std::min(rows, kPatternRows);
  std::vector<std::byte> blocks(kernels::MatrixBytes(to, pattern_rows, columns));
  kernels::QuantizeMatrix(to, Gaussian(pattern_rows * columns), pattern_rows, columns,
                          blocks.data());
  return kernels::PackedMatrix::Repeated(kernels::PackedMatrix(to, pattern_rows, columns, blocks),
                                         rows);
}

ThreadTimings TimeKernels(const TimingPlan& plan, std::size_t threads, const HostClock& clock,
                          const TimingOptions& options, SpeedProbe& probe, kernels::Isa isa,
                          const TimingProgress& progress) {
  ThreadTimings timings{.threads = threads};
  Stopwatch watch(clock, options, threads, &probe);
  const std::size_t of = plan.products.size() + plan.operations.size();
  tbb::task_arena arena(static_cast<int>(threads));
  kernels::MemoryPool pool;
  arena.execute([&] {
    for (const MatMulCase& products : plan.products) {
      timings.products.push_back(TimeProducts(products, options.cold_bytes, pool, watch, isa));
      progress(timings.products.size(), of);
    }
    for (const Op& op : plan.operations) {
      timings.operations.push_back(TimeOperation(op, options.cold_bytes, watch, isa));
      progress(timings.products.size() + timings.operations.size(), of);
    }
  });
  timings.tally = watch.tally();
  return timings;
}

}  // namespace edgesim
