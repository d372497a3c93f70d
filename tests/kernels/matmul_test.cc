#include "kernels/matmul.h"

#include <gtest/gtest.h>
#include <tbb/task_arena.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/quantize.h"
#include "kernels/reference.h"

namespace edgesim::kernels {
namespace {

// Uniform in [-1, 1), by a linear congruence.
std::vector<float> Uniform(std::size_t count, std::uint64_t state) {
  std::vector<float> values(count);
  for (float& value : values) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    value = static_cast<float>(static_cast<double>(state >> 11) * 0x1p-52 - 1);
  }
  return values;
}

struct Product {
  WeightFormat format;
  std::size_t rows, columns, n;
  std::size_t shift = 0;    // floats by which activations and results miss a cache line
  std::size_t padding = 0;  // floats between columns
};

std::string NameOf(const Product& p, Isa isa) {
  return std::string(InfoOf(p.format).name) + " " + std::string(NameOf(isa)) + " " +
         std::to_string(p.rows) + "x" + std::to_string(p.columns) + " n " + std::to_string(p.n);
}

// Every element against the reference, each within its own budget.
void Check(const Product& p, Isa isa) {
  SCOPED_TRACE(NameOf(p, isa));
  std::vector<std::byte> blocks(MatrixBytes(p.format, p.rows, p.columns));
  const std::vector<float> weights = Uniform(p.rows * p.columns, 1 + p.rows);
  QuantizeMatrix(p.format, weights, p.rows, p.columns, blocks.data());
  const std::size_t stride = p.columns + p.padding, out_stride = p.rows + p.padding;
  const std::vector<float> x = Uniform(p.shift + p.n * stride, 77 + p.n);
  constexpr float kUntouched = 12345;
  std::vector<float> out(p.shift + p.n * out_stride, kUntouched);
  MatMulWorkspace workspace;
  const PackedMatrix packed(p.format, p.rows, p.columns, blocks);
  const Activations activations{x.data() + p.shift, p.n, stride};
  MatMul(packed, activations, out.data() + p.shift, out_stride, workspace, isa);
  EXPECT_EQ(workspace.bytes(), WorkspaceBytes(packed, p.n, isa));

  const BlockMatrix matrix{p.format, p.rows, p.columns, blocks.data()};
  const std::vector<double> quantized = ReferenceMatMulQuantized(matrix, activations);
  const std::vector<double> exact = ReferenceMatMul(matrix, activations);
  const std::vector<double> accumulation = AccumulationBudget(matrix, activations);
  const std::vector<double> rounding = ActivationBudget(matrix, activations);
  for (std::size_t c = 0; c < p.n; ++c) {
    for (std::size_t r = 0; r < p.rows; ++r) {
      const double result = out[p.shift + c * out_stride + r];
      const std::size_t at = c * p.rows + r;
      ASSERT_LE(std::abs(result - quantized[at]), accumulation[at])
          << "row " << r << " column " << c;
      ASSERT_LE(std::abs(result - exact[at]), accumulation[at] + rounding[at]);
    }
    for (std::size_t gap = 0; gap < p.padding; ++gap)
      ASSERT_EQ(out[p.shift + c * out_stride + p.rows + gap], kUntouched);
  }
  for (std::size_t i = 0; i < p.shift; ++i) ASSERT_EQ(out[i], kUntouched);
}

class PropertyMatMul : public testing::TestWithParam<std::tuple<WeightFormat, Isa>> {};

TEST_P(PropertyMatMul, StaysWithinItsBudgetAtEverySize) {
  const auto [format, isa] = GetParam();
  const std::size_t block = InfoOf(format).block;
  for (const std::size_t rows : {1U, 15U, 16U, 17U, 50U}) {
    for (const std::size_t blocks : {1U, 3U, 5U}) {
      for (const std::size_t n : {1U, 2U, 3U, 7U, 8U, 13U}) {
        Check({format, rows, blocks * block, n}, isa);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST_P(PropertyMatMul, TakesAnyAlignmentAndStride) {
  const auto [format, isa] = GetParam();
  const std::size_t columns =
      std::max<std::size_t>(InfoOf(format).block, 33 / InfoOf(format).block);
  for (const std::size_t shift : {1U, 3U, 5U, 15U}) {
    Check({format, 19, columns, 9, shift, shift}, isa);
    if (HasFatalFailure()) return;
  }
}

TEST_P(PropertyMatMul, ChunksOfColumnsAndManyTasksAgree) {
  const auto [format, isa] = GetParam();
  Check({format, 33, 2304, 150}, isa);  // more activations than one chunk holds
}

std::string CaseName(const testing::TestParamInfo<std::tuple<WeightFormat, Isa>>& info) {
  std::string name = std::string(InfoOf(std::get<0>(info.param)).name) + "_" +
                     std::string(NameOf(std::get<1>(info.param)));
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(EveryFormatAndPath, PropertyMatMul,
                         testing::Combine(testing::ValuesIn(kAllFormats),
                                          testing::ValuesIn(AvailableIsas())),
                         CaseName);

// Extremes of every field: all ones are the largest codes, scales and mins there are.
TEST(MatMul, IntegerSumsDoNotOverflowOrSaturate) {
  for (const WeightFormat format : kAllFormats) {
    const FormatInfo& info = InfoOf(format);
    if (info.block == 1) continue;
    const std::size_t columns = info.block * 4;
    for (const int fill : {0xFF, 0x80, 0x7F}) {
      std::vector<std::byte> blocks(MatrixBytes(format, 16, columns), std::byte(fill));
      // Scales d and dmin must be finite: 1.0 wherever the block keeps them.
      const auto put = [&](std::size_t offset) {
        const Half one = 0x3C00;
        for (std::size_t b = 0; b < blocks.size() / info.block_bytes; ++b)
          std::memcpy(blocks.data() + b * info.block_bytes + offset, &one, sizeof(one));
      };
      switch (format) {
        case WeightFormat::kQ6_K:
          put(offsetof(BlockQ6_K, d));
          break;
        case WeightFormat::kQ3_K:
          put(offsetof(BlockQ3_K, d));
          break;
        case WeightFormat::kQ2_K:
          put(offsetof(BlockQ2_K, d));
          put(offsetof(BlockQ2_K, dmin));
          break;
        default:
          put(0);
          if (format == WeightFormat::kQ4_K || format == WeightFormat::kQ5_K) put(2);
      }
      const PackedMatrix packed(format, 16, columns, blocks);
      const BlockMatrix matrix{format, 16, columns, blocks.data()};
      for (const float value : {1.0F, -1.0F}) {
        const std::vector<float> x(columns * 4, value);
        const Activations activations{x.data(), 4, columns};
        const auto expected = ReferenceMatMulQuantized(matrix, activations);
        const auto budget = AccumulationBudget(matrix, activations);
        for (const Isa isa : AvailableIsas()) {
          std::vector<float> out(16 * 4);
          MatMulWorkspace workspace;
          MatMul(packed, activations, out.data(), 16, workspace, isa);
          for (std::size_t i = 0; i < out.size(); ++i) {
            ASSERT_LE(std::abs(out[i] - expected[i]), budget[i])
                << info.name << " " << NameOf(isa) << " fill " << fill;
          }
        }
      }
    }
  }
}

TEST(MatMul, ThreadsDoNotChangeTheResult) {
  const std::vector<float> weights = Uniform(200 * 512, 3), x = Uniform(40 * 512, 4);
  for (const WeightFormat format : {WeightFormat::kQ4_K, WeightFormat::kF16}) {
    std::vector<std::byte> blocks(MatrixBytes(format, 200, 512));
    QuantizeMatrix(format, weights, 200, 512, blocks.data());
    const PackedMatrix packed(format, 200, 512, blocks);
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2}) {
      tbb::task_arena arena(threads);
      MatMulWorkspace workspace;
      std::vector<float>& out = results.emplace_back(40 * 200);
      arena.execute([&] { MatMul(packed, {x.data(), 40, 512}, out.data(), 200, workspace); });
    }
    EXPECT_EQ(results[0], results[1]);
  }
}

TEST(MatMul, NoColumnsNoWork) {
  std::vector<std::byte> blocks(MatrixBytes(WeightFormat::kQ8_0, 16, 32));
  MatMulWorkspace workspace;
  MatMul(PackedMatrix(WeightFormat::kQ8_0, 16, 32, blocks), {nullptr, 0, 32}, nullptr, 16,
         workspace);
  EXPECT_EQ(workspace.bytes(), 0U);
}

}  // namespace
}  // namespace edgesim::kernels
