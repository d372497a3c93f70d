// The window kernels: what they compute, and the same bits from every variant.
#include "devices/window_kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "sim/rng.h"

namespace edgesim {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

// Numbers of very different sizes, so that another order of additions gives other bits.
std::vector<double> Draw(std::uint32_t episode, std::size_t size) {
  WordStream words = Noise{.seed = 5, .episode = episode}.Words(Stream::kRail);
  std::vector<double> values(size);
  for (double& value : values) value = std::exp(20 * Uniform01(words) - 10);
  return values;
}

// As the contract says: eight running sums, folded in halves.
double PlainDot(const double* window, const double* law, std::ptrdiff_t n) {
  double lane[8] = {};
  for (std::ptrdiff_t k = 0; k < n; ++k) lane[k % 8] += window[k] * law[k];
  for (int half = 4; half > 0; half /= 2) {
    for (int l = 0; l < half; ++l) lane[l] += lane[l + half];
  }
  return lane[0];
}

std::vector<const WindowKernels*> Variants() {
  std::vector<const WindowKernels*> variants = {&BaselineKernels(), &Kernels()};
  if (Avx2Kernels() != nullptr) variants.push_back(Avx2Kernels());
  return variants;
}

TEST(WindowKernels, PaddedLengthIsTheNextMultiple) {
  EXPECT_EQ(PaddedLength(0), 0);
  EXPECT_EQ(PaddedLength(1), 8);
  EXPECT_EQ(PaddedLength(8), 8);
  EXPECT_EQ(PaddedLength(17), 24);
}

TEST(WindowKernels, EveryVariantGivesTheBitsOfThePlainLoop) {
  for (const WindowKernels* kernels : Variants()) {
    for (std::uint32_t offset = 0; offset < 8; ++offset) {  // windows are not aligned
      for (std::ptrdiff_t n = 0; n <= 504; n += n < 64 ? 8 : 88) {
        const std::vector<double> window = Draw(offset, 520), first = Draw(100 + offset, 520),
                                  second = Draw(200 + offset, 520);
        const double* w = window.data() + offset;
        EXPECT_EQ(kernels->dot(w, first.data(), n), PlainDot(w, first.data(), n)) << n;
        const TwoSums sums = kernels->two_dots(w, first.data(), second.data(), n);
        EXPECT_EQ(sums.first, PlainDot(w, first.data(), n)) << n;
        EXPECT_EQ(sums.second, PlainDot(w, second.data(), n)) << n;

        std::vector<double> sum = first, expected = first;
        kernels->add_scaled(0.7, w, sum.data(), n);
        double largest = kNever;
        for (std::ptrdiff_t k = 0; k < n; ++k) {
          expected[static_cast<std::size_t>(k)] += 0.7 * w[k];
          largest = std::max(largest, w[k] + second[static_cast<std::size_t>(k)]);
        }
        EXPECT_EQ(sum, expected) << n;
        EXPECT_EQ(kernels->max_plus(w, second.data(), n), largest) << n;
      }
    }
  }
}

TEST(WindowKernels, MaxPlusOfImpossibleSegments) {
  std::vector<double> window(16, kNever), law(16, -1);
  for (const WindowKernels* kernels : Variants()) {
    EXPECT_EQ(kernels->max_plus(window.data(), law.data(), 16), kNever);
    window[13] = -3;
    EXPECT_EQ(kernels->max_plus(window.data(), law.data(), 16), -4);
    law[13] = kNever;
    EXPECT_EQ(kernels->max_plus(window.data(), law.data(), 16), kNever);
    window[13] = kNever;
    law[13] = -1;
  }
}

}  // namespace
}  // namespace edgesim
