#include "kernels/attention.h"

#include <gtest/gtest.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/half.h"
#include "tests/kernels/path_name.h"

namespace edgesim::kernels {
namespace {

constexpr double kUnit = 0x1p-24;  // of rounding

// Uniform in [-range, range), by a linear congruence.
std::vector<float> Uniform(std::size_t count, std::uint64_t state, float range) {
  std::vector<float> values(count);
  for (float& value : values) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    value = range * static_cast<float>(static_cast<double>(state >> 11) * 0x1p-52 - 1);
  }
  return values;
}

std::vector<Half> Halves(const std::vector<float>& values) {
  std::vector<Half> halves(values.size());
  std::transform(values.begin(), values.end(), halves.begin(), FloatToHalf);
  return halves;
}

// Keys and values of all positions up to the last token's, and the tokens' queries.
struct Scene {
  AttentionShape shape;
  std::size_t kv_heads, head_dim;
  std::vector<Half> keys, values;
  std::vector<float> queries;

  Scene(const AttentionShape& s, std::size_t kv, std::size_t dim)
      : shape(s),
        kv_heads(kv),
        head_dim(dim),
        keys(Halves(Uniform(positions() * kv * dim, 1, 1))),
        values(Halves(Uniform(positions() * kv * dim, 2, 1))),
        queries(Uniform(s.tokens * s.heads * dim, 3, 4)) {}

  std::size_t positions() const { return shape.context + shape.tokens; }

  KvCache Cache() const {
    KvCache cache(positions() + 30, kv_heads, head_dim);
    for (std::size_t p = 0; p < positions(); ++p) {
      cache.StoreKey(p, keys.data() + p * kv_heads * head_dim);
      cache.StoreValue(p, values.data() + p * kv_heads * head_dim);
    }
    return cache;
  }
};

std::vector<float> Attend(const Scene& scene, const KvCache& cache, Isa isa,
                          AttentionWorkspace& workspace) {
  std::vector<float> out(scene.queries.size(), std::nanf(""));
  Attention(scene.shape, cache, scene.queries.data(), out.data(), workspace, isa);
  return out;
}

std::vector<float> Attend(const Scene& scene, const KvCache& cache, Isa isa) {
  AttentionWorkspace workspace;
  return Attend(scene, cache, isa, workspace);
}

struct Expected {
  std::vector<double> out, budget;  // of one token's head
};

// In double, from the halves as they are: rounding to f16 is no error here. With u = 2^-24:
//  - A score is a sum of head_dim products, off by no more than (head_dim + 1) u of the sum of
//    their magnitudes (any order, fused or not); its scaling rounds once more. The cap has a slope
//    of at most 1 and SoftcapBudget's 8 u of its own (tests/kernels/elementwise_test.cc).
//  - If no exponent is off by more than e, no probability is by more than exp(2 e) - 1 of it; and
//    softmax adds SoftmaxBudget's (2 (4 L + 2) + n / 64 + 10) u, L the largest exponent.
//  - The result is a sum of n products: (n + 4) u of their magnitudes.
Expected Reference(const Scene& scene, std::size_t token, std::size_t head) {
  const AttentionShape& shape = scene.shape;
  const std::size_t dim = scene.head_dim, row = scene.kv_heads * dim;
  const std::size_t kv_head = head / (shape.heads / scene.kv_heads);
  const std::size_t end = shape.context + token + 1;
  const std::size_t first = shape.window > 0 && end > shape.window ? end - shape.window : 0;
  const auto n = static_cast<double>(end - first);
  const float* query = scene.queries.data() + (token * shape.heads + head) * dim;
  const auto stored = [&](const std::vector<Half>& halves, std::size_t p, std::size_t i) {
    return double{HalfToFloat(halves[p * row + kv_head * dim + i])};
  };

  std::vector<double> exponents;
  double off = 0, largest = 0;
  for (std::size_t p = first; p < end; ++p) {
    double score = 0, magnitude = 0;
    for (std::size_t i = 0; i < dim; ++i) {
      const double product = query[i] * stored(scene.keys, p, i);
      score += product;
      magnitude += std::abs(product);
    }
    score *= double{shape.scale};
    double error =
        shape.scale * (static_cast<double>(dim) + 1) * kUnit * magnitude + kUnit * std::abs(score);
    if (shape.cap > 0) {
      score = shape.cap * std::tanh(score / shape.cap);
      error += 8 * kUnit * std::abs(score);
    }
    exponents.push_back(score);
    off = std::max(off, 1.01 * error);
    largest = std::max(largest, std::abs(score));
  }
  double sum = 0;
  for (const double exponent : exponents) sum += std::exp(exponent);
  const double relative = std::expm1(2 * off) + (2 * (4 * largest + 2) + n / 64 + 10) * kUnit;
  Expected expected{std::vector<double>(dim), std::vector<double>(dim)};
  for (std::size_t i = 0; i < dim; ++i) {
    double magnitude = 0;
    for (std::size_t p = first; p < end; ++p) {
      const double part = std::exp(exponents[p - first]) / sum * stored(scene.values, p, i);
      expected.out[i] += part;
      magnitude += std::abs(part);
    }
    expected.budget[i] = 1.01 * (relative + (n + 4) * kUnit) * magnitude;
  }
  return expected;
}

void Check(const Scene& scene, Isa isa, AttentionWorkspace& workspace) {
  const std::vector<float> out = Attend(scene, scene.Cache(), isa, workspace);
  for (std::size_t token = 0; token < scene.shape.tokens; ++token) {
    for (std::size_t head = 0; head < scene.shape.heads; ++head) {
      const Expected expected = Reference(scene, token, head);
      const float* const found = out.data() + (token * scene.shape.heads + head) * scene.head_dim;
      for (std::size_t i = 0; i < scene.head_dim; ++i) {
        ASSERT_LT(expected.budget[i], 2e-3);  // what a position too many or too few exceeds
        ASSERT_NEAR(found[i], expected.out[i], expected.budget[i])
            << "token " << token << " head " << head << " float " << i;
      }
    }
  }
}

class PropertyAttention : public testing::TestWithParam<Isa> {};

TEST_P(PropertyAttention, StaysWithinItsBudget) {
  AttentionWorkspace workspace;  // of all: it must not matter what was in it
  struct Course {
    std::size_t tokens, context, window;
    float cap;
  };
  constexpr Course kCourses[] = {{1, 0, 0, 0},  {1, 37, 0, 0},  {1, 100, 33, 2}, {17, 0, 0, 0},
                                 {5, 15, 0, 2}, {3, 64, 16, 0}, {13, 20, 7, 2},  {33, 3, 20, 0},
                                 {2, 16, 1, 0}, {7, 9, 500, 0}, {19, 31, 18, 0}, {1, 16, 17, 0}};
  for (const std::size_t group : {1U, 2U, 4U, 8U}) {
    for (const std::size_t head_dim : {16U, 64U, 80U, 128U, 256U}) {
      for (const Course& course : kCourses) {
        const std::size_t kv_heads = head_dim == 16 ? 3 : 1;
        SCOPED_TRACE("group " + std::to_string(group) + " head_dim " + std::to_string(head_dim) +
                     " tokens " + std::to_string(course.tokens) + " context " +
                     std::to_string(course.context) + " window " + std::to_string(course.window));
        const float scale = 1 / std::sqrt(static_cast<float>(head_dim));
        Check(Scene({.heads = kv_heads * group,
                     .tokens = course.tokens,
                     .context = course.context,
                     .window = course.window,
                     .scale = scale,
                     .cap = course.cap},
                    kv_heads, head_dim),
              GetParam(), workspace);
        if (HasFatalFailure()) return;
      }
    }
  }
}

// What lies behind a token and what its window has left are multiplied by nothing but zero.
TEST_P(PropertyAttention, SeesNothingButItsWindow) {
  const Scene scene({.heads = 4, .tokens = 6, .context = 70, .window = 20, .scale = 0.2F}, 2, 48);
  KvCache cache = scene.Cache();
  const std::vector<float> before = Attend(scene, cache, GetParam());
  const std::vector<Half> large(2 * 48, FloatToHalf(60000));
  const std::size_t first_seen = 70 + 1 - 20;
  for (std::size_t p = 0; p < cache.capacity(); ++p) {
    if (p >= first_seen && p < scene.positions()) continue;
    cache.StoreKey(p, large.data());
    cache.StoreValue(p, large.data());
  }
  EXPECT_EQ(Attend(scene, cache, GetParam()), before);
  cache.StoreValue(first_seen, large.data());  // of the first token alone
  const std::vector<float> after = Attend(scene, cache, GetParam());
  const auto second = std::ptrdiff_t{4} * 48;
  for (std::ptrdiff_t i = 0; i < second; ++i)
    EXPECT_NE(after[static_cast<std::size_t>(i)], before[static_cast<std::size_t>(i)]);
  EXPECT_TRUE(std::equal(after.begin() + second, after.end(), before.begin() + second));
}

TEST_P(PropertyAttention, ThreadsDoNotChangeTheResult) {
  const Scene scene({.heads = 8, .tokens = 23, .context = 50, .scale = 0.125F}, 2, 64);
  const KvCache cache = scene.Cache();
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 2, 4}) {
    tbb::task_arena arena(threads);
    arena.execute([&] { results.push_back(Attend(scene, cache, GetParam())); });
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

INSTANTIATE_TEST_SUITE_P(EveryPath, PropertyAttention, testing::ValuesIn(AvailableIsas()),
                         PathName);

}  // namespace
}  // namespace edgesim::kernels
