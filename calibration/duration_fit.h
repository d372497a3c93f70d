#pragma once

#include <Eigen/Core>

#include "devices/duration_law.h"

namespace edgesim {

// Expected numbers of stays, u = 1 .. D intervals.
struct DurationCounts {
  Eigen::VectorXd whole;      // by their length (D), >= 0, not all 0
  Eigen::VectorXd remaining;  // stays that began before the recording, by what remained; (D) or ()
};

// The law of the same family as `start` that raises
//   sum_u whole(u) log P(u) + sum_u remaining(u) log(P(U >= u) / E[U]),
// starting from `start`; it never scores lower than `start`. A table gets `table_prior` stays of
// the best gamma law on top of what was counted, so that a length not seen stays possible; its
// remaining stays are not used.
DurationLaw FitDuration(const DurationCounts& counts, double interval_s, const DurationLaw& start,
                        Tail tail = Tail::kLastCell, double table_prior = 1);

}  // namespace edgesim
