// What the command line's options may be, where CLI11's own checks let NaN, infinities and empty
// names through or print limits of 309 digits.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>

namespace edgesim {

// A finite number for which `ok` holds; `allowed` says so, e.g. "seconds above 0".
template <class Ok>
CLI::Validator FiniteNumber(std::string allowed, Ok ok) {
  return {[allowed, ok](std::string& text) -> std::string {
            double value = 0;
            const char* end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, value);
            constexpr double kLargest = std::numeric_limits<double>::max();
            const bool finite =
                error == std::errc() && stop == end && value >= -kLargest && value <= kLargest;
            return finite && ok(value) ? "" : fmt::format("'{}': {} needed", text, allowed);
          },
          ""};
}

inline CLI::Validator SecondsAboveZero() {
  return FiniteNumber("seconds above 0 are", [](double value) { return value > 0; });
}
inline CLI::Validator SecondsWithin(double low, double high) {
  return FiniteNumber(fmt::format("seconds from {:g} to {:g} are", low, high),
                      [low, high](double value) { return value >= low && value <= high; });
}
inline CLI::Validator WattsFromZero() {
  return FiniteNumber("watts from 0 on are", [](double value) { return value >= 0; });
}

// CLI11 takes -1 for 2^64 - 1.
inline CLI::Validator SeedNumber() {
  return {[](std::string& text) -> std::string {
            std::uint64_t value = 0;
            const char* end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, value);
            return error == std::errc() && stop == end
                       ? ""
                       : fmt::format(
                             "'{}': a whole number from 0 to 18446744073709551615 is needed", text);
          },
          ""};
}

inline CLI::Validator WholeNumber(std::uint64_t low, std::uint64_t high) {
  return {[low, high](std::string& text) -> std::string {
            std::uint64_t value = 0;
            const char* end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, value);
            return error == std::errc() && stop == end && value >= low && value <= high
                       ? ""
                       : fmt::format("'{}': a whole number from {} to {} is needed", text, low,
                                     high);
          },
          ""};
}

// `what` is needed, e.g. "a column's name".
inline CLI::Validator NotEmpty(std::string what) {
  return {[what](std::string& text) {
            return text.empty() ? fmt::format("nothing given, {} is needed", what) : std::string();
          },
          ""};
}

}  // namespace edgesim
