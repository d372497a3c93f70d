// What the evaluation says about a policy and the limits it was to keep.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "experiments/runner.h"
#include "sim/constraint.h"
#include "sim/stats.h"

namespace edgesim {

enum class ConstraintVerdict : std::uint8_t {
  kMet,     // the whole interval is within the limit
  kBroken,  // the whole interval is beyond it
  kOpen,    // the interval holds the limit, or there is none
};

struct Certificate {
  CostConstraint constraint;
  // Per episode. The brown-outs of a policy that does not learn have Clopper and Pearson's interval
  // over its evaluation episodes; all else has the interval over replicas.
  Estimate cost;
  ConstraintVerdict verdict = ConstraintVerdict::kOpen;
  // Evaluation episodes of one frozen policy with this cost after which a one-sided 95 % bound
  // (Clopper and Pearson's for brown-outs, normal otherwise) lies within the limit; null where the
  // cost itself does not.
  std::optional<std::uint64_t> episodes_needed;
};

// The cost of one evaluation episode; `requests` of an episode.
double EpisodeCost(CostKind kind, const EvalRow& row, std::uint32_t requests);

// One per constraint.
std::vector<Certificate> Certify(const PolicyRun& run,
                                 const std::vector<CostConstraint>& constraints,
                                 std::uint32_t requests);

// "P(brown-out)", "energy / budget", ...
const char* Title(CostKind kind);
const char* Name(CostKind kind);  // in summary.json
const char* Name(ConstraintVerdict verdict);

}  // namespace edgesim
