// The weights of one state's live segments in a contiguous stretch, relative to a running product:
// what the forward and the backward recursion of an HSMM have in common.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "devices/wide_double.h"
#include "devices/window_kernels.h"

namespace edgesim {

// Stays of first .. last intervals are possible, longer ones are not; first = last + 1 if the pmf
// is 0 throughout.
struct StayRange {
  Eigen::Index first = 1, last = 0;
};

inline StayRange Possible(const Eigen::Ref<const Eigen::VectorXd>& pmf,
                          const Eigen::Ref<const Eigen::VectorXd>& survivor) {
  constexpr double kSmallest = std::numeric_limits<double>::min();
  StayRange range{.first = 1, .last = pmf.size()};
  while (range.last > 0 && !(std::max(pmf(range.last - 1), survivor(range.last - 1)) >= kSmallest))
    --range.last;
  while (range.first <= range.last && !(pmf(range.first - 1) >= kSmallest)) ++range.first;
  return range;
}

class SegmentWindow {
 public:
  // Cells from `ones` on are 1, the others 0, with padding of 0 on either side so that kernels may
  // read past the live segments.
  SegmentWindow(std::ptrdiff_t size, std::ptrdiff_t ones)
      : cells_(static_cast<std::size_t>(size + 2 * kWindowLanes), 0),
        anchor_(ones < size ? ones : kNowhere) {
    std::fill(cells_.begin() + kWindowLanes + ones, cells_.end() - kWindowLanes, 1);
  }

  double* At(std::ptrdiff_t position) { return cells_.data() + kWindowLanes + position; }
  WideDouble product() const { return product_; }

  // A segment of the given weight enters at `position`; live ones, it included, are [begin, end).
  void Enter(WideDouble weight, std::ptrdiff_t position, std::ptrdiff_t begin, std::ptrdiff_t end) {
    *At(position) = 0;
    if (weight.IsZero()) return;
    WideDouble relative = weight / product_;
    const bool anchored = anchor_ >= begin && anchor_ < end;
    if (relative.IsSmall() && !anchored) {  // small beside what no longer counts
      Fold(begin, end);
      relative = weight / product_;
      if (relative.IsSmall() && *std::max_element(At(begin), At(end)) == 0) {
        product_ = weight;
        relative = WideDouble(1);
      }
    } else if (relative.ToDouble() > kScaleAbove) {
      Scale((product_ / weight).ToDouble(), begin, end);
      product_ = weight;
      relative = WideDouble(1);
    }
    *At(position) = relative.ToDouble();
    if (!relative.IsSmall()) anchor_ = position;
  }

  // All live segments meet this factor.
  void Multiply(WideDouble factor, std::ptrdiff_t begin, std::ptrdiff_t end) {
    if (factor.IsZero()) {
      Scale(0, begin, end);
      product_ = WideDouble(1);
      anchor_ = kNowhere;
    } else {
      product_ = product_ * factor;
    }
  }

  // Call when a sum over the live segments has become small: brings the heaviest back to about 1.
  // Returns what the live segments, and with them all sums, were multiplied by.
  double Fold(std::ptrdiff_t begin, std::ptrdiff_t end) {
    const double* heaviest = std::max_element(At(begin), At(end));
    if (!(*heaviest > 0 && *heaviest < kFoldBelow)) return 1;
    anchor_ = heaviest - At(0);
    // A power of two rounds nothing.
    const double scale = std::ldexp(1.0, std::min(1000, -std::ilogb(*heaviest)));
    Scale(scale, begin, end);
    product_ = product_ * WideDouble(1 / scale);  // of doubles alone it could run out
    return scale;
  }

  static constexpr double kFoldBelow = 0x1p-256;
  // Sums of cells up to this size stay finite; the further off, the rarer the O(D) scaling.
  static constexpr double kScaleAbove = 0x1p800;

 private:
  static constexpr std::ptrdiff_t kNowhere = -1;

  void Scale(double factor, std::ptrdiff_t begin, std::ptrdiff_t end) {
    kernels_.scale(factor, At(begin), end - begin);
  }

  const WindowKernels& kernels_ = Kernels();
  std::vector<double> cells_;
  WideDouble product_{1};
  // A cell of at least kFoldBelow, while it is live: segments too small to be kept beside it do not
  // count.
  std::ptrdiff_t anchor_;
};

}  // namespace edgesim
