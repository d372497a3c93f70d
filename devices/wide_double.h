// A non-negative number with the precision of a double and an exponent that does not run out.
// Scaling by a power of two is exact, so nothing is rounded that a double would not round.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

namespace edgesim {

class WideDouble {
 public:
  constexpr WideDouble() = default;
  constexpr explicit WideDouble(double value) : WideDouble(value, 0) {}  // finite, >= 0

  // exp(x), x finite or -infinity. Below -1e15 it is 0.
  static WideDouble Exp(double x) {
    if (x > -170 && x < 170) return WideDouble(std::exp(x));
    if (!(x > -1e15)) return {};
    const double limbs = std::floor(x / kLogLimb);
    return WideDouble(std::exp(x - limbs * kLogLimb), static_cast<std::int64_t>(limbs));
  }

  // 0 or infinity where a double's exponent runs out.
  double ToDouble() const {
    if (exponent_ == 0) return value_;
    if (exponent_ == -1) return value_ * kTiny;
    if (exponent_ == -2) return value_ * kTiny * kTiny;
    if (exponent_ == 1) return value_ * kHuge;
    if (exponent_ == 2) return value_ * kHuge * kHuge;
    return exponent_ < 0 || value_ == 0 ? 0 : std::numeric_limits<double>::infinity();
  }
  double Log() const { return std::log(value_) + static_cast<double>(exponent_) * kLogLimb; }
  bool IsZero() const { return value_ == 0; }
  // Above 2^256, about 1e77, and below its inverse.
  bool IsLarge() const { return exponent_ > 0; }
  bool IsSmall() const { return exponent_ < 0 || value_ == 0; }

  friend constexpr WideDouble operator*(WideDouble a, WideDouble b) {
    return WideDouble(a.value_ * b.value_, a.exponent_ + b.exponent_);
  }
  friend constexpr WideDouble operator*(WideDouble a, double b) {
    return WideDouble(a.value_ * b, a.exponent_);
  }
  // b > 0
  friend constexpr WideDouble operator/(WideDouble a, WideDouble b) {
    return WideDouble(a.value_ / b.value_, a.exponent_ - b.exponent_);
  }
  friend constexpr WideDouble operator+(WideDouble a, WideDouble b) {
    if (a.exponent_ == b.exponent_) return WideDouble(a.value_ + b.value_, a.exponent_);
    if (a.value_ == 0) return b;
    if (b.value_ == 0) return a;
    const WideDouble& large = a.exponent_ > b.exponent_ ? a : b;
    const WideDouble& small = a.exponent_ > b.exponent_ ? b : a;
    if (large.exponent_ - small.exponent_ > 1) return large;  // less than 2^-512 of it
    return WideDouble(large.value_ + small.value_ * kTiny, large.exponent_);
  }

 private:
  static constexpr double kLarge = 0x1p256, kSmall = 0x1p-256, kHuge = 0x1p512, kTiny = 0x1p-512;
  static constexpr double kLogLimb = 512 * std::numbers::ln2;

  constexpr WideDouble(double value, std::int64_t exponent) : value_(value), exponent_(exponent) {
    if (value_ > kLarge) {
      while (value_ > kLarge) {
        value_ *= kTiny;
        ++exponent_;
      }
    } else if (value_ < kSmall) {
      if (value_ == 0) {
        exponent_ = 0;
        return;
      }
      while (value_ < kSmall) {
        value_ *= kHuge;
        --exponent_;
      }
    }
  }

  double value_ = 0;  // 0, or in [2^-256, 2^256]
  std::int64_t exponent_ = 0;
};

}  // namespace edgesim
