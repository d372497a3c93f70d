// Where a figure comes from. Every figure in a profile or a catalogue has one of these.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace edgesim {

enum class ProvenanceKind { kMeasured, kCalibrated, kModelled, kAssumed };

inline constexpr std::array<std::string_view, 4> kProvenanceKindNames = {"measured", "calibrated",
                                                                         "modelled", "assumed"};

constexpr std::string_view Name(ProvenanceKind kind) {
  return kProvenanceKindNames[static_cast<std::size_t>(kind)];
}

struct Provenance {
  ProvenanceKind kind{};
  std::string source;  // where the figure can be checked
  std::string date;    // ISO 8601, of the measurement or the fit; or "unknown"
  std::string method;  // how it was obtained
};

}  // namespace edgesim
