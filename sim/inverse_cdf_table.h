// A discrete law as a table, drawn by inversion: one word a draw whatever the law, and monotone in
// that word, so that two fits of one law stay coupled under common random numbers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace edgesim {

class InverseCdfTable {
 public:
  InverseCdfTable() = default;

  // weights >= 0 with a positive finite sum, of the outcomes 0 .. n-1; throws
  // std::invalid_argument. The cumulated weights are rounded to 40 bits: a last-bit difference
  // between the C libraries of two CPUs then almost never moves a threshold.
  explicit InverseCdfTable(std::span<const double> weights);

  // The smallest outcome k with word / 2^64 < P(X <= k).
  std::uint32_t Draw(std::uint64_t word) const {
    std::uint32_t k = guide_[word >> guide_shift_];
    while (k < bound_.size() && word >= bound_[k]) ++k;
    return k;
  }

 private:
  std::vector<std::uint64_t> bound_;  // [outcome] 2^64 P(X <= k), all but the last outcome
  std::vector<std::uint32_t> guide_;  // [leading bits of the word] where to start the search
  int guide_shift_ = 63;
};

}  // namespace edgesim
