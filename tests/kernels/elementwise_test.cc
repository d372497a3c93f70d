#include "kernels/elementwise.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/half.h"
#include "tests/kernels/elementwise_on.h"

namespace edgesim::kernels {
namespace {

constexpr double kUnit = 0x1p-24;    // of rounding
constexpr double kLeast = 0x1p-149;  // subnormal float
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::size_t kLengths[] = {1, 3, 15, 16, 17, 64, 255, 1000, 4096};

// n floats at an address no vector is aligned to, between guards that must not change.
class Row {
 public:
  explicit Row(std::size_t n, float fill = 0) : values_(n + 2 * kGuard, kGuarded), n_(n) {
    std::fill_n(data(), n, fill);
  }
  ~Row() {
    for (std::size_t i = 0; i < kGuard; ++i) {
      EXPECT_EQ(values_[i], kGuarded);
      EXPECT_EQ(values_[kGuard + n_ + i], kGuarded);
    }
  }
  Row(const Row&) = default;
  Row& operator=(const Row&) = delete;
  float* data() { return values_.data() + kGuard; }
  const float* data() const { return values_.data() + kGuard; }
  float& operator[](std::size_t i) { return values_[kGuard + i]; }
  float operator[](std::size_t i) const { return values_[kGuard + i]; }
  std::size_t size() const { return n_; }

 private:
  static constexpr std::size_t kGuard = 17;  // odd
  static constexpr float kGuarded = 12345;
  std::vector<float> values_;
  std::size_t n_;
};

Row Noise(std::size_t n, std::uint32_t seed, float scale = 1) {
  Row row(n);
  std::uint32_t state = seed * 77777U + 1;
  for (std::size_t i = 0; i < n; ++i) {
    state = state * 1664525U + 1013904223U;
    row[i] = scale * static_cast<float>(state * 0x1p-31 - 1);
  }
  return row;
}

// Every bit as the scalar table's.
void ExpectSame(const Row& found, const Row& scalar) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(found[i]), std::bit_cast<std::uint32_t>(scalar[i])) << i;
  }
}

// Roundings of a sum of n on the way of one term: the additions to one of 64 sums, these in six
// rounds of pairs, and the term's own.
double SumRoundings(std::size_t n) { return static_cast<double>(n / 64) + 1 + 6 + 1; }

TEST_P(ElementwiseOn, Add) {
  for (const std::size_t n : kLengths) {
    const Row a = Noise(n, 1), b = Noise(n, 2);
    Row out(n), in_place = a;
    kernels_.add(a.data(), b.data(), n, out.data());
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(out[i], a[i] + b[i]);
    kernels_.add(in_place.data(), b.data(), n, in_place.data());
    ExpectSame(in_place, out);
  }
}

TEST_P(ElementwiseOn, Dot) {
  for (const std::size_t n : kLengths) {
    const Row a = Noise(n, 1), b = Noise(n, 2);
    double sum = 0, magnitude = 0;
    for (std::size_t i = 0; i < n; ++i) {
      sum += double{a[i]} * b[i];
      magnitude += std::abs(double{a[i]} * b[i]);
    }
    const float found = kernels_.dot(a.data(), b.data(), n);
    EXPECT_NEAR(found, sum, 1.01 * SumRoundings(n) * kUnit * magnitude);
    EXPECT_EQ(found, ElementwiseScalar().dot(a.data(), b.data(), n));
  }
  EXPECT_EQ(kernels_.dot(nullptr, nullptr, 0), 0);
}

// Half the relative error of the mean square, through the root; and the roundings of the mean, of
// eps, the root, its inverse and two products.
double RmsNormBudget(std::size_t n, double out) {
  return 1.01 * (SumRoundings(n) / 2 + 1 + 5) * kUnit * std::abs(out);
}

TEST_P(ElementwiseOn, RmsNorm) {
  constexpr float kEps = 1e-2F;  // large enough to show
  for (const std::size_t n : kLengths) {
    const Row x = Noise(n, 1, 0.3F), weight = Noise(n, 2, 3);
    double squares = 0;
    for (std::size_t i = 0; i < n; ++i) squares += double{x[i]} * x[i];
    const double factor = 1 / std::sqrt(squares / static_cast<double>(n) + double{kEps});
    Row out(n), scalar(n), in_place = x;
    kernels_.rms_norm(x.data(), weight.data(), n, kEps, out.data());
    for (std::size_t i = 0; i < n; ++i) {
      const double expected = x[i] * factor * weight[i];
      ASSERT_NEAR(out[i], expected, RmsNormBudget(n, expected)) << n << ' ' << i;
    }
    ElementwiseScalar().rms_norm(x.data(), weight.data(), n, kEps, scalar.data());
    ExpectSame(out, scalar);
    kernels_.rms_norm(in_place.data(), weight.data(), n, kEps, in_place.data());
    ExpectSame(in_place, out);
  }
}

TEST_P(ElementwiseOn, HeadNormIsRmsNormOfEachHead) {
  for (const std::size_t head_dim : {1U, 17U, 64U}) {
    const Row x = Noise(3 * head_dim, 1), weight = Noise(head_dim, 2);
    Row out(3 * head_dim), each(3 * head_dim);
    kernels_.head_norm(x.data(), weight.data(), 3, head_dim, 1e-6F, out.data());
    for (std::size_t i = 0; i < 3 * head_dim; i += head_dim) {
      kernels_.rms_norm(x.data() + i, weight.data(), head_dim, 1e-6F, each.data() + i);
    }
    ExpectSame(out, each);
  }
}

TEST_P(ElementwiseOn, LayerNorm) {
  constexpr float kEps = 1e-2F;
  for (const std::size_t n : kLengths) {
    Row x = Noise(n, 1, 0.5F);
    for (std::size_t i = 0; i < n; ++i) x[i] += 2;
    const Row weight = Noise(n, 2, 3), bias = Noise(n, 3);
    const auto length = static_cast<double>(n);
    double mean = 0, magnitude = 0, squares = 0;
    for (std::size_t i = 0; i < n; ++i) {
      mean += x[i] / length;
      magnitude += std::abs(x[i]) / length;
    }
    for (std::size_t i = 0; i < n; ++i) squares += (x[i] - mean) * (x[i] - mean) / length;
    const double factor = 1 / std::sqrt(squares + double{kEps});
    Row out(n), scalar(n), in_place = x;
    kernels_.layer_norm(x.data(), weight.data(), bias.data(), n, kEps, out.data());
    // The mean is off by its sum's roundings and a quotient's: all differences with it, and the
    // variance by that squared, which is nothing. The rest is as in the RMS norm.
    const double mean_budget = 1.01 * (SumRoundings(n) + 1) * kUnit * magnitude;
    for (std::size_t i = 0; i < n; ++i) {
      const double normed = (x[i] - mean) * factor * weight[i], expected = normed + bias[i];
      const double budget = RmsNormBudget(n, normed) + 2 * kUnit * std::abs(normed) +
                            mean_budget * factor * std::abs(weight[i]) +
                            1.01 * kUnit * std::abs(expected);
      ASSERT_NEAR(out[i], expected, budget) << n << ' ' << i;
    }
    ElementwiseScalar().layer_norm(x.data(), weight.data(), bias.data(), n, kEps, scalar.data());
    ExpectSame(out, scalar);
    kernels_.layer_norm(in_place.data(), weight.data(), bias.data(), n, kEps, in_place.data());
    ExpectSame(in_place, out);
  }
}

TEST_P(ElementwiseOn, RopeTurnsPairsAndCopiesTheRest) {
  const struct {
    std::size_t heads, head_dim, rotary_dims;
  } shapes[] = {{1, 2, 2}, {3, 64, 64}, {2, 80, 32}, {2, 7, 6}, {1, 256, 128}, {2, 5, 0}};
  for (const auto& [heads, head_dim, rotary_dims] : shapes) {
    const std::size_t pairs = rotary_dims / 2, n = heads * head_dim;
    const Row x = Noise(n, 1);
    Row cosines(pairs), sines(pairs), out(n), in_place = x, scalar(n);
    for (std::size_t i = 0; i < pairs; ++i) {
      cosines[i] = static_cast<float>(std::cos(0.3 * static_cast<double>(i + 1)));
      sines[i] = static_cast<float>(std::sin(0.3 * static_cast<double>(i + 1)));
    }
    kernels_.rope(x.data(), heads, head_dim, rotary_dims, cosines.data(), sines.data(), out.data());
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t at = i % head_dim;
      if (at >= rotary_dims) {
        ASSERT_EQ(out[i], x[i]);
        continue;
      }
      const std::size_t pair = at % pairs;
      const double straight = double{x[i]} * cosines[pair];
      const double across =
          at < pairs ? -double{x[i + pairs]} * sines[pair] : double{x[i - pairs]} * sines[pair];
      ASSERT_NEAR(out[i], straight + across,  // each product is rounded, and the sum
                  2.01 * kUnit * (std::abs(straight) + std::abs(across)));
    }
    ElementwiseScalar().rope(x.data(), heads, head_dim, rotary_dims, cosines.data(), sines.data(),
                             scalar.data());
    ExpectSame(out, scalar);
    kernels_.rope(in_place.data(), heads, head_dim, rotary_dims, cosines.data(), sines.data(),
                  in_place.data());
    ExpectSame(in_place, out);
  }
  // By hand: a quarter turn takes (1, 2) to (-2, 1).
  const float x[] = {1, 2}, cosine = 0, sine = 1;
  float out[2];
  kernels_.rope(x, 1, 2, 2, &cosine, &sine, out);
  EXPECT_EQ(out[0], -2);
  EXPECT_EQ(out[1], 1);
}

constexpr double kExpUnits = 2;  // error of the kernels' exp, in units of rounding

double Silu(double x) { return x / (1 + std::exp(-x)); }
// Where exp is infinite in float, which it is from 2^128 on, the quotient is 0.
double LostToOverflow(double x) { return std::abs(x) * 0x1p-128; }
// That of exp, of 1 + exp and of the quotient.
double SiluBudget(double x) {
  return 1.01 * (kExpUnits + 2) * kUnit * std::abs(Silu(x)) + LostToOverflow(x);
}

double GeluArgument(double x) {
  return 2 * std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x);
}
double Gelu(double x) { return x / (1 + std::exp(-GeluArgument(x))); }
// As silu, but for the argument: four roundings and those of two constants, which exp turns into
// relative errors of argument times that, by the share exp has in 1 + exp.
double GeluBudget(double x) {
  const double share = 1 / (1 + std::exp(GeluArgument(x)));
  return 1.01 * (kExpUnits + 2 + 5 * share * std::abs(GeluArgument(x))) * kUnit *
             std::abs(Gelu(x)) +
         LostToOverflow(x);
}

double Relu(double x) { return std::max(x, 0.0); }
double ReluBudget(double) { return 0; }

constexpr struct {
  Nonlinearity kind;
  double (*exact)(double);
  double (*budget)(double);
} kNonlinearities[] = {{Nonlinearity::kSilu, Silu, SiluBudget},
                       {Nonlinearity::kGeluTanh, Gelu, GeluBudget},
                       {Nonlinearity::kRelu, Relu, ReluBudget}};

TEST_P(ElementwiseOn, ActivateAndGlu) {
  for (const auto& [kind, exact, budget] : kNonlinearities) {
    for (const std::size_t n : kLengths) {
      for (const float scale : {1e-6F, 1.0F, 8.0F, 80.0F}) {
        const Row x = Noise(n, 1, scale), up = Noise(n, 2);
        Row out(n), glu(n), scalar(n), in_place = x;
        kernels_.activate(kind, x.data(), n, out.data());
        kernels_.glu(kind, x.data(), up.data(), n, glu.data());
        for (std::size_t i = 0; i < n; ++i) {
          ASSERT_NEAR(out[i], exact(x[i]), budget(x[i])) << x[i];
          ASSERT_EQ(glu[i], out[i] * up[i]);
        }
        ElementwiseScalar().activate(kind, x.data(), n, scalar.data());
        ExpectSame(out, scalar);
        ElementwiseScalar().glu(kind, x.data(), up.data(), n, scalar.data());
        ExpectSame(glu, scalar);
        kernels_.glu(kind, in_place.data(), up.data(), n, in_place.data());
        ExpectSame(in_place, glu);
      }
    }
    Row ends(3);
    ends[0] = -1e30F;
    ends[1] = 1e30F;
    ends[2] = std::numeric_limits<float>::quiet_NaN();
    kernels_.activate(kind, ends.data(), 3, ends.data());
    EXPECT_EQ(ends[0], 0);
    EXPECT_EQ(ends[1], 1e30F);
    EXPECT_EQ(std::isnan(ends[2]), kind != Nonlinearity::kRelu);
  }
}

// Quotient and product with cap; exp(2 |x|) - 1 with the error of exp and two roundings more, of
// which tanh keeps no more than all, in numerator and denominator; their sum and quotient.
double SoftcapBudget(double out) { return 1.01 * (2 + kExpUnits + 2 + 2) * kUnit * std::abs(out); }

TEST_P(ElementwiseOn, Softcap) {
  for (const std::size_t n : kLengths) {
    for (const float scale : {1e-4F, 1.0F, 30.0F, 1000.0F}) {
      constexpr float kCap = 30;
      const Row x = Noise(n, 1, scale);
      Row out = x, scalar = x;
      kernels_.softcap(out.data(), n, kCap);
      for (std::size_t i = 0; i < n; ++i) {
        const double expected = kCap * std::tanh(x[i] / double{kCap});
        ASSERT_NEAR(out[i], expected, SoftcapBudget(expected)) << x[i];
      }
      ElementwiseScalar().softcap(scalar.data(), n, kCap);
      ExpectSame(out, scalar);
    }
  }
  float ends[] = {0, kInfinity, -kInfinity};
  kernels_.softcap(ends, 3, 50);
  EXPECT_EQ(ends[0], 0);
  EXPECT_EQ(ends[1], 50);
  EXPECT_EQ(ends[2], -50);
}

// The exponent scale x - max has the roundings of both products and the difference: relative
// errors of these sizes. Its exp, the sum, its inverse and a product follow; the sum's terms have
// the same errors as the one in question, at most those of the largest exponents.
double SoftmaxBudget(std::size_t n, double largest_exponent, double out) {
  const double exponent = 4 * largest_exponent;  // |scale x|, |max| and their difference
  return 1.01 * (2 * (exponent + kExpUnits) + SumRoundings(n) + 2) * kUnit * out + 2 * kLeast;
}

TEST_P(ElementwiseOn, Softmax) {
  for (const std::size_t n : kLengths) {
    for (const float range : {0.1F, 10.0F, 200.0F}) {
      constexpr float kScale = 0.7F;
      const Row x = Noise(n, 1, range);
      Row out = x, scalar = x;
      kernels_.softmax(out.data(), n, kScale);
      double most = -kInfinity, sum = 0, largest = 0, total = 0;
      for (std::size_t i = 0; i < n; ++i) {
        most = std::max(most, double{kScale} * x[i]);
        largest = std::max(largest, std::abs(double{kScale} * x[i]));
      }
      for (std::size_t i = 0; i < n; ++i) sum += std::exp(double{kScale} * x[i] - most);
      for (std::size_t i = 0; i < n; ++i) {
        const double expected = std::exp(double{kScale} * x[i] - most) / sum;
        ASSERT_NEAR(out[i], expected, SoftmaxBudget(n, largest, expected)) << n << ' ' << i;
        total += out[i];
      }
      EXPECT_NEAR(total, 1, 1.01 * (SumRoundings(n) + 2) * kUnit);
      ElementwiseScalar().softmax(scalar.data(), n, kScale);
      ExpectSame(out, scalar);
    }
  }
}

TEST_P(ElementwiseOn, SoftmaxOfTheEnds) {
  float equal[] = {-kInfinity, 3e38F, 3e38F, -kInfinity};
  kernels_.softmax(equal, 4, 1);
  EXPECT_EQ(equal[0], 0);
  EXPECT_EQ(equal[1], 0.5F);
  EXPECT_EQ(equal[2], 0.5F);
  float one = -50;
  kernels_.softmax(&one, 1, 2);
  EXPECT_EQ(one, 1);
  kernels_.softmax(nullptr, 0, 1);
  float far[] = {0, -88, -100, -110};  // normal, subnormal, and nothing
  kernels_.softmax(far, 4, 1);
  EXPECT_NEAR(far[1], std::exp(-88.0), 4 * kUnit * std::exp(-88.0) + kLeast);
  EXPECT_NEAR(far[2], std::exp(-100.0), kLeast);
  EXPECT_EQ(far[3], 0);
}

// exp itself, by the softmax of (x, 0) for x <= 0: exp(x) / (1 + exp(x)), where the first has all
// the error for x far below 0.
TEST_P(ElementwiseOn, ExpIsWithinItsUnits) {
  double worst = 0;
  for (double x = -86; x < -18; x += 0.0007) {
    float pair[] = {static_cast<float>(x), 0};
    const double exact = std::exp(double{pair[0]});
    kernels_.softmax(pair, 2, 1);
    worst = std::max(worst, std::abs(pair[0] - exact) / exact / kUnit);
  }
  EXPECT_LT(worst, kExpUnits);
  EXPECT_GT(worst, 0.5);
}

TEST_P(ElementwiseOn, ArgMaxIsTheFirstOfTheLargest) {
  for (const std::size_t n : kLengths) {
    const Row x = Noise(n, 1);
    for (std::size_t at = 0; at < n; at += n / 40 + 1) {
      Row row = x;
      row[at] = 2;
      EXPECT_EQ(kernels_.arg_max(row.data(), n), at);
      row[n - 1] = 2;  // a later one as large
      EXPECT_EQ(kernels_.arg_max(row.data(), n), at);
    }
    EXPECT_EQ(kernels_.arg_max(Row(n, -3).data(), n), 0U);
    EXPECT_EQ(kernels_.arg_max(Row(n, -kInfinity).data(), n), 0U);
  }
}

TEST_P(ElementwiseOn, HalvesAreThoseOfTheScalarConversion) {
  std::vector<std::uint16_t> halves(65536 + 1);
  std::iota(halves.begin() + 1, halves.end(), std::uint16_t{0});
  Row floats(65536);
  kernels_.half_to_float(halves.data() + 1, 65536, floats.data());
  for (std::size_t i = 0; i < 65536; ++i) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(floats[i]),
              std::bit_cast<std::uint32_t>(HalfToFloat(halves[1 + i])));
  }
  for (const std::size_t n : kLengths) {
    Row x = Noise(n, 1, 70000);
    for (std::size_t i = 0; i < n; i += 2) x[i] *= 1e-9F;  // subnormal halfs too
    std::vector<std::uint16_t> out(n + 2, 0x5555);
    kernels_.float_to_half(x.data(), n, out.data() + 1);
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(out[1 + i], FloatToHalf(x[i]));
    EXPECT_EQ(out.front(), 0x5555);
    EXPECT_EQ(out.back(), 0x5555);
    kernels_.half_to_float(out.data() + 1, n, x.data());
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(x[i], HalfToFloat(out[1 + i]));
  }
}

}  // namespace
}  // namespace edgesim::kernels
