// What kind of power model to fit: a choice of structure, not its parameters.
#pragma once

#include <string>
#include <string_view>

#include "devices/duration_law.h"

namespace edgesim {

// kRamp: start -> ramp states -> settling states -> plateau, left to right, absorbing at the end.
// kFree: every state may follow every other.
enum class Topology { kRamp, kFree };
enum class Innovation { kGaussian, kStudentT, kMixture };

struct ModelSpec {
  Topology topology = Topology::kFree;
  int states = 2;  // of the ramp alone, or all states of a free topology
  Innovation innovation = Innovation::kGaussian;
  bool autoregressive = false;
  DurationFamily duration = DurationFamily::kGamma;
  bool level = false;   // a level per request
  int max_classes = 1;  // kinds of requests, as many as the data support

  bool operator==(const ModelSpec&) const = default;
};

inline constexpr int kMostStates = 12, kMostClasses = 4;

// Reads words in any order, separated by blanks or commas:
//   ramp[=N] | free[=N], gaussian | student | mixture, ar, level, classes=N, and a duration family
//   (geometric poisson negative_binomial gamma lognormal nonparametric).
// "hmm" stands for geometric. Throws InputError naming the word and what is allowed; `where` opens
// the line.
ModelSpec ParseModelSpec(std::string_view text, const std::string& where);

// The words that make the spec, in the order above.
std::string Format(const ModelSpec& spec);

}  // namespace edgesim
