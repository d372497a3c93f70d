#include "calibration/op_runner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "kernels/half.h"
#include "kernels/quantize.h"
#include "kernels/unpack_row.h"

namespace edgesim {
namespace {

using kernels::Isa;

kernels::PackedMatrix Matrix(std::size_t rows, std::size_t columns, const std::vector<float>& w) {
  std::vector<std::byte> blocks(kernels::MatrixBytes(kernels::WeightFormat::kF32, rows, columns));
  kernels::QuantizeMatrix(kernels::WeightFormat::kF32, w, rows, columns, blocks.data());
  return {kernels::WeightFormat::kF32, rows, columns, blocks};
}

std::vector<float> Waves(std::size_t count, float step) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = std::sin(step * static_cast<float>(i) + step);
  return values;
}

// y = W x of one token.
std::vector<float> Product(const std::vector<float>& w, const float* x, std::size_t rows,
                           std::size_t columns) {
  std::vector<float> y(rows);
  for (std::size_t r = 0; r < rows; ++r)
    y[r] = std::inner_product(x, x + columns, w.data() + r * columns, 0.0F);
  return y;
}

void ExpectNear(const std::vector<float>& found, const std::vector<float>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-4) << i;
}

std::vector<float> RunOp(const Op& op, const OpWeights& weights,
                         const std::vector<const float*>& operands, std::size_t position = 0) {
  std::vector<float> out(op.tokens * op.width);
  OpRunner runner(Isa::kScalar, 64, op.rotary_dims);
  runner.Run({.op = &op,
              .weights = &weights,
              .operands = operands,
              .first_position = position,
              .out = out.data()});
  return out;
}

TEST(OpRunner, MultipliesAndAddsTheBias) {
  const std::vector<float> w = Waves(20 * 8, 0.7F), x = Waves(3 * 8, 0.3F);
  OpWeights weights;
  weights.matrices.push_back(Matrix(20, 8, w));
  weights.bias = Waves(20, 0.9F);
  const Op op{
      .kind = OpKind::kMatMul, .tokens = 3, .width = 20, .rows = 20, .columns = 8, .bias = true};
  std::vector<float> expected;
  for (std::size_t t = 0; t < 3; ++t) {
    const auto y = Product(w, x.data() + 8 * t, 20, 8);
    for (std::size_t r = 0; r < 20; ++r) expected.push_back(y[r] + weights.bias[r]);
  }
  ExpectNear(RunOp(op, weights, {x.data()}), expected);
}

TEST(OpRunner, RoutesToTheLargestScoresWithWeightsThatAddUpToOne) {
  // Scores of token 0: 1 5 3 2, of token 1: 4 4 0 9.
  OpWeights weights;
  weights.matrices.push_back(Matrix(4, 2, {1, 4, 5, 4, 3, 0, 2, 9}));
  const std::vector<float> x = {1, 0, 0, 1};
  const Op op{.kind = OpKind::kRoute,
              .tokens = 2,
              .width = 4,
              .rows = 4,
              .columns = 2,
              .experts = 4,
              .active = 2};
  const float high = 1 / (1 + std::exp(-2.0F)), low = 1 / (1 + std::exp(5.0F));
  ExpectNear(RunOp(op, weights, {x.data()}), {1, 2, high, 1 - high, 3, 0, 1 - low, low});
}

TEST(OpRunner, ExpertsServeTheirTokensOnly) {
  constexpr std::size_t kExperts = 3, kActive = 2, kTokens = 4, kRows = 5, kColumns = 6;
  OpWeights up, down;
  std::vector<std::vector<float>> w_up, w_down;
  for (std::size_t e = 0; e < kExperts; ++e) {
    w_up.push_back(Waves(kRows * kColumns, 0.2F + 0.1F * static_cast<float>(e)));
    w_down.push_back(Waves(kRows * kColumns, 0.5F + 0.1F * static_cast<float>(e)));
    up.matrices.push_back(Matrix(kRows, kColumns, w_up.back()));
    down.matrices.push_back(Matrix(kColumns, kRows, w_down.back()));
  }
  const std::vector<float> x = Waves(kTokens * kColumns, 0.4F);
  // Experts, then their weights; nobody goes to expert 2 but the last token.
  const std::vector<float> route = {0, 1, .75F,  .25F,  1, 0, .5F,  .5F,
                                    0, 1, .125F, .875F, 2, 0, .25F, .75F};
  const Op up_op{.kind = OpKind::kExpertMatMul,
                 .role = TensorRole::kFfnUp,
                 .tokens = kTokens,
                 .width = kActive * kRows,
                 .rows = kRows,
                 .columns = kColumns,
                 .experts = kExperts,
                 .active = kActive};
  const Op down_op{.kind = OpKind::kExpertMatMul,
                   .role = TensorRole::kFfnDown,
                   .tokens = kTokens,
                   .width = kColumns,
                   .rows = kColumns,
                   .columns = kRows,
                   .experts = kExperts,
                   .active = kActive};
  const std::vector<float> inner = RunOp(up_op, up, {x.data(), route.data()});
  std::vector<float> expected_inner, expected_out(kTokens * kColumns);
  for (std::size_t t = 0; t < kTokens; ++t) {
    for (std::size_t slot = 0; slot < kActive; ++slot) {
      const auto e = static_cast<std::size_t>(route[4 * t + slot]);
      const auto y = Product(w_up[e], x.data() + kColumns * t, kRows, kColumns);
      expected_inner.insert(expected_inner.end(), y.begin(), y.end());
      const auto z = Product(w_down[e], y.data(), kColumns, kRows);
      for (std::size_t i = 0; i < kColumns; ++i)
        expected_out[kColumns * t + i] += route[4 * t + 2 + slot] * z[i];
    }
  }
  ExpectNear(inner, expected_inner);
  ExpectNear(RunOp(down_op, down, {inner.data(), route.data()}), expected_out);
}

TEST(OpRunner, RotatesByPosition) {
  const Op op{.kind = OpKind::kRope,
              .tokens = 2,
              .width = 16,
              .heads = 1,
              .head_dim = 16,
              .rotary_dims = 4};
  const std::vector<float> x = Waves(32, 0.8F);
  std::vector<float> expected = x;
  for (std::size_t t = 0; t < 2; ++t) {
    for (std::size_t i = 0; i < 2; ++i) {
      const double angle = (5.0 + static_cast<double>(t)) * std::pow(10000.0, -0.5 * double(i));
      const double a = x[16 * t + i], b = x[16 * t + 2 + i];
      expected[16 * t + i] = static_cast<float>(a * std::cos(angle) - b * std::sin(angle));
      expected[16 * t + 2 + i] = static_cast<float>(a * std::sin(angle) + b * std::cos(angle));
    }
  }
  ExpectNear(RunOp(op, {}, {x.data()}, 5), expected);
}

TEST(OpRunner, LooksUpRowsAndChoosesTheLargest) {
  OpWeights weights;
  const std::vector<float> table = Waves(40 * 8, 0.1F);
  weights.matrices.push_back(Matrix(40, 8, table));
  const Op embed{.kind = OpKind::kEmbed, .tokens = 2, .width = 8, .rows = 40, .columns = 8};
  const std::vector<float> rows = RunOp(embed, weights, {}, 3);
  for (std::size_t t = 0; t < 2; ++t) {
    const std::size_t row = (3 + t) * 7919 % 40;
    for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(rows[8 * t + i], table[8 * row + i]);
  }
  const Op argmax{.kind = OpKind::kArgmax, .tokens = 2, .width = 1, .columns = 3};
  const std::vector<float> logits = {1, 9, 9, 4, 2, 3};
  EXPECT_EQ(RunOp(argmax, {}, {logits.data()}), (std::vector<float>{1, 0}));
}

TEST(OpRunner, AttendsToWhatWasStored) {
  kernels::KvCache cache(16, 1, 16);
  const std::vector<float> keys = Waves(3 * 16, 0.31F), values = Waves(3 * 16, 0.17F);
  const std::vector<float> query = Waves(16, 0.53F);
  OpRunner runner(Isa::kScalar, 16, 0);
  for (const auto& [role, data] :
       {std::pair(TensorRole::kAttnK, &keys), std::pair(TensorRole::kAttnV, &values)}) {
    const Op store{.kind = OpKind::kKvStore,
                   .role = role,
                   .tokens = 3,
                   .width = 16,
                   .heads = 1,
                   .head_dim = 16};
    runner.Run({.op = &store, .cache = &cache, .operands = {data->data()}});
  }
  std::vector<float> out(16);
  const Op op{.kind = OpKind::kAttention,
              .width = 16,
              .heads = 1,
              .kv_heads = 1,
              .head_dim = 16,
              .context = 2};
  runner.Run({.op = &op,
              .cache = &cache,
              .operands = {query.data(), nullptr, nullptr},
              .out = out.data()});
  const auto rounded = [](float x) { return kernels::HalfToFloat(kernels::FloatToHalf(x)); };
  double weight[3], sum = 0;
  for (std::size_t p = 0; p < 3; ++p) {
    double dot = 0;
    for (std::size_t i = 0; i < 16; ++i) dot += double{query[i]} * rounded(keys[16 * p + i]);
    sum += weight[p] = std::exp(dot / 4);
  }
  for (std::size_t i = 0; i < 16; ++i) {
    double expected = 0;
    for (std::size_t p = 0; p < 3; ++p) expected += weight[p] / sum * rounded(values[16 * p + i]);
    EXPECT_NEAR(out[i], expected, 1e-6);
  }
}

TEST(OpRunner, ElementwiseOperationsGoThroughTheirKernels) {
  const std::vector<float> a = Waves(32, 0.6F), b = Waves(32, 0.25F);
  OpWeights weights;
  weights.scale.assign(16, 2.0F);
  weights.bias.assign(16, 0.5F);
  const auto each = [&](auto f) {
    std::vector<float> expected;
    for (std::size_t i = 0; i < 32; ++i) expected.push_back(f(a[i], b[i]));
    return expected;
  };
  const auto run = [&](Op op) {
    op.tokens = 2;
    op.width = 16;
    return RunOp(op, weights, {a.data(), b.data()});
  };
  ExpectNear(run({.kind = OpKind::kAdd}), each([](float x, float y) { return x + y; }));
  const auto silu = [](float x) { return x / (1 + std::exp(-x)); };
  ExpectNear(run({.kind = OpKind::kGlu, .activation = ActivationKind::kSilu}),
             each([&](float x, float y) { return silu(x) * y; }));
  ExpectNear(run({.kind = OpKind::kActivation, .activation = ActivationKind::kRelu}),
             each([](float x, float) { return std::max(x, 0.0F); }));
  ExpectNear(run({.kind = OpKind::kSoftcap}),
             each([](float x, float) { return 30 * std::tanh(x / 30); }));
  std::vector<float> rms, layer, head;
  for (std::size_t t = 0; t < 2; ++t) {
    const float* x = a.data() + 16 * t;
    const float mean = std::accumulate(x, x + 16, 0.0F) / 16;
    const float square = std::inner_product(x, x + 16, x, 0.0F) / 16;
    for (std::size_t i = 0; i < 16; ++i) {
      rms.push_back(2 * x[i] / std::sqrt(square));
      layer.push_back(2 * (x[i] - mean) / std::sqrt(square - mean * mean) + 0.5F);
      const float* h = x + i / 8 * 8;
      head.push_back(2 * x[i] / std::sqrt(std::inner_product(h, h + 8, h, 0.0F) / 8));
    }
  }
  ExpectNear(run({.kind = OpKind::kRmsNorm}), rms);
  ExpectNear(run({.kind = OpKind::kLayerNorm}), layer);
  ExpectNear(run({.kind = OpKind::kHeadNorm, .heads = 2, .head_dim = 8}), head);
}

}  // namespace
}  // namespace edgesim
