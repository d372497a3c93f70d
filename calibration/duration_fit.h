#pragma once

#include <Eigen/Core>

#include "devices/duration_law.h"

namespace edgesim {

// Expected numbers of stays, u = 1 .. D intervals.
struct DurationCounts {
  Eigen::VectorXd whole;      // by their length (D), >= 0, not all 0
  Eigen::VectorXd remaining;  // stays that began before the recording, by what remained; (D) or ()
};

struct DurationPrior {
  double table_stays = 1;  // of its best gamma law that a table gets on top of what was counted, so
                           // that a length not seen stays possible
  // Shapes are lognormal around 1, where gamma and negative binomial are memoryless: of a state
  // that was seen in a stay or two nobody knows how regular it is. 0: no prior.
  double log_shape_sd = 0;
};

// The law of the same family as `start` that raises
//   sum_u whole(u) log P(u) + sum_u remaining(u) log(P(U >= u) / E[U])  and the prior's logarithm,
// starting from `start`; it never scores lower than `start`. A table's remaining stays are not
// used.
DurationLaw FitDuration(const DurationCounts& counts, double interval_s, const DurationLaw& start,
                        Tail tail = Tail::kLastCell, const DurationPrior& prior = {});

}  // namespace edgesim
