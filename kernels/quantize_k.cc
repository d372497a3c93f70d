#include "kernels/quantize_k.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "kernels/half.h"

namespace edgesim::kernels {
namespace {

constexpr std::size_t kMaxSubBlock = 32;

// Weights of a sub-block, how much each counts, and the codes under trial.
struct Fit {
  std::size_t size = 0;
  const float* x = nullptr;
  std::array<float, kMaxSubBlock> importance{};
  std::array<float, kMaxSubBlock> code{};  // relative to the format's zero
};

// x is about scale * code - min.
struct ScaleAndMin {
  float scale = 0;
  float min = 0;
  double error = std::numeric_limits<double>::infinity();  // weighted sum of squares
};

// To the nearest integer, ties to even; |x| < 2^22.
float Round(float x) {
  constexpr float kShift = 0x1.8p23F;
  return (x + kShift) - kShift;
}

float CodeOf(float x, float low, float high) { return Round(std::clamp(x, low, high)); }

void ChooseCodes(Fit& fit, float inverse_scale, float min, float low, float high) {
  for (std::size_t i = 0; i < fit.size; ++i) {
    fit.code[i] = CodeOf((fit.x[i] + min) * inverse_scale, low, high);
  }
}

double Error(const Fit& fit, float scale, float min) {
  double error = 0;
  for (std::size_t i = 0; i < fit.size; ++i) {
    const float off = scale * fit.code[i] - min - fit.x[i];
    error += fit.importance[i] * off * off;
  }
  return error;
}

// The scale (and min >= 0) of least squares for the codes at hand.
ScaleAndMin LeastSquares(const Fit& fit, bool has_min) {
  double w = 0, wq = 0, wqq = 0, wx = 0, wqx = 0;
  for (std::size_t i = 0; i < fit.size; ++i) {
    const double weight = fit.importance[i];
    const double q = fit.code[i];
    const double x = fit.x[i];
    w += weight;
    wq += weight * q;
    wqq += weight * q * q;
    wx += weight * x;
    wqx += weight * q * x;
  }
  ScaleAndMin found;
  if (wqq == 0) return found;
  double scale = wqx / wqq;
  double min = 0;
  const double determinant = w * wqq - wq * wq;
  if (has_min && determinant > 1e-9 * w * wqq) {
    const double free_min = (wq * wqx - wqq * wx) / determinant;
    if (free_min > 0) {
      min = free_min;
      scale = (w * wqx - wq * wx) / determinant;
    }
  }
  if (has_min && scale < 0) return found;
  found.scale = static_cast<float>(scale);
  found.min = static_cast<float>(min);
  found.error = Error(fit, found.scale, found.min);
  return found;
}

// Candidates run over steps of 0.1 code around the one that just spans the weights.
constexpr int kCandidates = 10;

ScaleAndMin FitSubBlock(const float* x, const SuperBlockLayout& layout) {
  Fit fit;
  fit.size = layout.sub_block;
  fit.x = x;
  double squares = 0;
  float lowest = 0;  // a min is never negative
  float highest = x[0];
  for (std::size_t i = 0; i < fit.size; ++i) {
    squares += double{x[i]} * x[i];
    lowest = std::min(lowest, x[i]);
    highest = std::max(highest, x[i]);
  }
  if (squares == 0) return {};
  // Counted relative to the root mean square, so that tiny weights do not lose all importance.
  const double rms = std::sqrt(squares / static_cast<double>(fit.size));
  for (std::size_t i = 0; i < fit.size; ++i) {
    fit.importance[i] = static_cast<float>(1 + std::abs(double{x[i]}) / rms);
  }
  const bool has_min = layout.max_min > 0;
  const auto low = static_cast<float>(-layout.zero);
  const auto high = static_cast<float>(layout.max_code - layout.zero);
  // With mins, codes span lowest..highest. Without, the weight of largest magnitude takes the code
  // of largest magnitude, which is the negative end; the scale's sign makes up for it.
  const float min = has_min ? -lowest : 0.0F;
  const float span = has_min ? highest - lowest : (-lowest > highest ? lowest : highest);
  const float span_codes = has_min ? high : low;
  ScaleAndMin best;
  for (int step = -kCandidates; step <= kCandidates; ++step) {
    const float inverse = (span_codes + 0.1F * static_cast<float>(step)) / span;
    if (!std::isfinite(inverse)) break;  // below the least normal float
    ChooseCodes(fit, inverse, min, low, high);
    const ScaleAndMin found = LeastSquares(fit, has_min);
    if (found.error < best.error) best = found;
  }
  if (std::isinf(best.error)) return {0, min, 0};  // no positive slope: all weights alike
  return best;
}

// The d (or dmin) of which `values` become multiples low..high, rounded to the nearest. The largest
// value takes the end with more room, where d's sign makes up for its own.
Half CommonScale(WeightFormat format, std::span<const float> values, int low, int high,
                 auto& multiples) {
  const float largest = *std::max_element(
      values.begin(), values.end(), [](float a, float b) { return std::abs(a) < std::abs(b); });
  const float d = largest / static_cast<float>(low < 0 ? low : high);
  const Half half = FloatToHalf(d);
  const float rounded = HalfToFloat(half);
  if (std::isinf(rounded)) {
    throw std::invalid_argument(std::string(InfoOf(format).name) + ": a scale of " +
                                std::to_string(largest) + " is beyond its range");
  }
  const float inverse = rounded == 0 ? 0.0F : 1.0F / rounded;
  for (std::size_t s = 0; s < values.size(); ++s) {
    multiples[s] = static_cast<std::remove_reference_t<decltype(multiples[s])>>(
        CodeOf(values[s] * inverse, static_cast<float>(low), static_cast<float>(high)));
  }
  return half;
}

// The best codes for given scales.
void ChooseCodes(SuperBlockCodes& codes, std::span<const float, kSuperBlock> x,
                 const SuperBlockLayout& layout) {
  const float d = HalfToFloat(codes.d);
  const float dmin = HalfToFloat(codes.dmin);
  for (std::size_t i = 0; i < kSuperBlock; ++i) {
    const std::size_t s = i / layout.sub_block;
    const float scale = d * static_cast<float>(codes.scale[s]);
    const float inverse = scale == 0 ? 0.0F : 1.0F / scale;
    const float min = dmin * static_cast<float>(codes.min[s]);
    const float code = CodeOf((x[i] + min) * inverse, static_cast<float>(-layout.zero),
                              static_cast<float>(layout.max_code - layout.zero));
    codes.code[i] = static_cast<std::uint8_t>(static_cast<int>(code) + layout.zero);
  }
}

}  // namespace

SuperBlockCodes QuantizeSuperBlock(WeightFormat format, std::span<const float, kSuperBlock> x) {
  const SuperBlockLayout& layout = LayoutOf(format);
  const std::size_t sub_blocks = kSuperBlock / layout.sub_block;
  std::array<float, 16> scales{};
  std::array<float, 16> mins{};
  for (std::size_t s = 0; s < sub_blocks; ++s) {
    const ScaleAndMin found = FitSubBlock(x.data() + s * layout.sub_block, layout);
    scales[s] = found.scale;
    mins[s] = found.min;
  }
  SuperBlockCodes codes;
  codes.d = CommonScale(format, std::span(scales).first(sub_blocks), layout.min_scale,
                        layout.max_scale, codes.scale);
  if (layout.max_min > 0) {
    codes.dmin =
        CommonScale(format, std::span(mins).first(sub_blocks), 0, layout.max_min, codes.min);
  }
  ChooseCodes(codes, x, layout);
  return codes;
}

}  // namespace edgesim::kernels
