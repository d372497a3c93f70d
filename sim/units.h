// Time, power and energy as types: W * s = J compiles, J + W does not.
#pragma once

#include <chrono>
#include <cmath>
#include <compare>
#include <cstdint>

namespace edgesim {

// Simulated time has no now(): it moves only when the event loop moves it.
struct SimClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<SimClock, duration>;
  static constexpr bool is_steady = true;
};
using Duration = SimClock::duration;   // integer nanoseconds
using SimTime = SimClock::time_point;  // since the start of the episode

constexpr double InSeconds(Duration d) { return static_cast<double>(d.count()) / 1e9; }
constexpr double InSeconds(SimTime t) { return InSeconds(t.time_since_epoch()); }

// Nearest nanosecond; the caller keeps |seconds| below 9.2e9 (292 years).
inline Duration FromSeconds(double seconds) { return Duration(std::llround(seconds * 1e9)); }

// A double with a physical dimension.
template <class Dimension>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) : value_(value) {}
  constexpr double value() const { return value_; }

  constexpr Quantity& operator+=(Quantity other) { return value_ += other.value_, *this; }
  constexpr Quantity& operator-=(Quantity other) { return value_ -= other.value_, *this; }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }
  friend constexpr Quantity operator*(Quantity a, double k) { return Quantity(a.value_ * k); }
  friend constexpr Quantity operator*(double k, Quantity a) { return a * k; }
  friend constexpr double operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }
  friend constexpr auto operator<=>(Quantity, Quantity) = default;

 private:
  double value_ = 0;
};
using Watts = Quantity<struct PowerDimension>;
using Joules = Quantity<struct EnergyDimension>;

constexpr Joules operator*(Watts p, Duration d) { return Joules(p.value() * InSeconds(d)); }
constexpr Joules operator*(Duration d, Watts p) { return p * d; }

}  // namespace edgesim
