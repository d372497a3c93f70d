#include "tests/bench/bench_kernels.h"

#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <span>

#include "kernels/matmul.h"
#include "kernels/quantize.h"
#include "kernels/yardsticks.h"

namespace edgesim::bench {

namespace {

constexpr double kRunOperations = 4e9;  // some milliseconds

// Arenas are kept: making one costs more than a small product.
tbb::task_arena& ArenaOf(int threads) {
  static std::map<int, tbb::task_arena> arenas;
  return arenas.try_emplace(threads, threads).first->second;
}

// Weights, activations and results of one format and shape; shared by its contenders.
struct Problem {
  std::vector<kernels::PackedMatrix> copies;
  std::vector<float> x, out;
  kernels::MatMulWorkspace workspace;
};

std::shared_ptr<Problem> MakeProblem(kernels::WeightFormat format, const Shape& shape,
                                     std::size_t memory_bytes) {
  constexpr std::size_t kPatternRows = 32;
  const std::vector<float> weights = UniformFloats(kPatternRows * shape.columns);
  std::vector<std::byte> blocks(kernels::MatrixBytes(format, kPatternRows, shape.columns));
  kernels::QuantizeMatrix(format, weights, kPatternRows, shape.columns, blocks.data());
  const kernels::PackedMatrix pattern(format, kPatternRows, shape.columns, blocks);
  auto problem = std::make_shared<Problem>();
  const auto bytes = static_cast<double>(kernels::MatrixBytes(format, shape.rows, shape.columns));
  const std::size_t copies = CopiesOf(bytes, static_cast<double>(memory_bytes));
  for (std::size_t i = 0; i < copies; ++i)
    problem->copies.push_back(kernels::PackedMatrix::Repeated(pattern, shape.rows));
  const std::size_t most = *std::max_element(std::begin(kColumnCounts), std::end(kColumnCounts));
  problem->x = UniformFloats(most * shape.columns);
  problem->out.resize(most * shape.rows);
  return problem;
}

}  // namespace

std::size_t CopiesOf(double bytes, double memory_bytes) {
  return static_cast<std::size_t>(std::ceil(memory_bytes / bytes));
}

std::size_t ProductsOf(const Shape& shape, std::size_t n, std::size_t copies) {
  if (n == 1) return copies;
  const double one = 2.0 * static_cast<double>(shape.rows * shape.columns * n);
  return static_cast<std::size_t>(std::ceil(kRunOperations / one));
}

std::vector<float> UniformFloats(std::size_t count) {
  std::vector<float> values(count);
  std::uint64_t state = 1;
  for (float& value : values) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    value = static_cast<float>(static_cast<double>(state >> 11) * 0x1p-52 - 1);
  }
  return values;
}

std::vector<Contender> Yardsticks(std::size_t memory_bytes) {
  const auto memory = std::make_shared<kernels::AlignedBytes>(memory_bytes);
  std::memset(memory->data(), 1, memory->size());
  std::vector<Contender> contenders;
  const auto sum = std::make_shared<std::uint64_t>();
  for (const kernels::ReadLoop loop : kernels::kReadLoops) {
    static constexpr const char* kNames[] = {"sum", "prefetch", "four streams"};
    contenders.push_back(
        {Kind::kReadLoop, kNames[static_cast<int>(loop)], 0, static_cast<double>(memory_bytes), 0,
         [=](int threads) {
           ArenaOf(threads).execute([&] {
             *sum =
                 kernels::ReadMemory(loop, {memory->data(), memory->size()}, kernels::FastestIsa());
           });
         },
         [=] { return static_cast<double>(*sum); }});
  }
  const auto ran = std::make_shared<double>();
  contenders.push_back({Kind::kDotProducts, "dot products", 0, 0, kRunOperations,
                        [=](int threads) {
                          ArenaOf(threads).execute([&] {
                            *ran = kernels::RunDotProducts(kRunOperations / threads,
                                                           kernels::FastestIsa());
                          });
                        },
                        [=] { return *ran; }});
  return contenders;
}

std::vector<Contender> KernelsOf(kernels::WeightFormat format, const Shape& shape,
                                 std::size_t memory_bytes) {
  const std::shared_ptr<Problem> problem = MakeProblem(format, shape, memory_bytes);
  std::vector<Contender> contenders;
  for (const std::size_t n : kColumnCounts) {
    const std::size_t products = ProductsOf(shape, n, problem->copies.size());
    const auto run = [=, next = std::size_t{0}](int threads) mutable {
      ArenaOf(threads).execute([&] {
        for (std::size_t i = 0; i < products; ++i, ++next) {
          kernels::MatMul(problem->copies[next % problem->copies.size()],
                          {problem->x.data(), n, shape.columns}, problem->out.data(), shape.rows,
                          problem->workspace);
        }
      });
    };
    const auto checksum = [=] { return SumOf(std::span(problem->out).first(n * shape.rows)); };
    const auto bytes = static_cast<double>(products * problem->copies[0].bytes());
    const double operations = 2.0 * static_cast<double>(products * n * shape.rows * shape.columns);
    contenders.push_back(
        {Kind::kKernel, kernels::InfoOf(format).name, n, bytes, operations, run, checksum});
  }
  return contenders;
}

}  // namespace edgesim::bench
