#include "sim/inverse_cdf_table.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace edgesim {

InverseCdfTable::InverseCdfTable(std::span<const double> weights) {
  double total = 0;
  for (const double w : weights) {
    if (!(w >= 0) || !std::isfinite(w)) {
      throw std::invalid_argument("InverseCdfTable: weights must be finite and not negative");
    }
    total += w;
  }
  if (!(total > 0) || !std::isfinite(total)) {
    throw std::invalid_argument("InverseCdfTable: the weights must have a positive finite sum");
  }

  std::size_t outcomes = weights.size();
  while (weights[outcomes - 1] == 0) --outcomes;
  double cumulated = 0;
  for (std::size_t k = 0; k + 1 < outcomes; ++k) {
    cumulated += weights[k];
    constexpr double kResolution = 0x1p40, kLargest = 0x1p40 - 1;
    const double rounded = std::floor(cumulated / total * kResolution + 0.5);
    bound_.push_back(static_cast<std::uint64_t>(std::min(rounded, kLargest)) << 24);
  }

  const auto guide_bits = static_cast<int>(std::bit_width(outcomes));
  guide_shift_ = 64 - guide_bits;
  guide_.resize(std::size_t{1} << guide_bits);
  std::uint32_t k = 0;
  for (std::size_t g = 0; g < guide_.size(); ++g) {
    const std::uint64_t first_word = static_cast<std::uint64_t>(g) << guide_shift_;
    while (k < bound_.size() && first_word >= bound_[k]) ++k;
    guide_[g] = k;
  }
}

}  // namespace edgesim
