// A small policy table with everything in it.
#pragma once

#include "experiments/policy_table_json.h"

namespace edgesim {

inline PolicyTableFile HandMadeTable() {
  return {.policy = "my-policy",
          .kind = "q-learning",
          .actions = {"small", "mid", "large"},
          .classes = {"chat", "math"},
          .budget_j = 100,
          .table = {.requests = 2,
                    .classes = 2,
                    .ladders = {{{0}, {0}},
                                {{0, 10.0 / 3}, {0, 2}},
                                {{0, 40, 66.6}, {0, 1, 2}},
                                {{0, 5e-17, 99.99999999999999}, {1, 0, 2}}}},
          .config_hash = "00ff",
          .edgesim = "1.2.3",
          .seed = 18446744073709551615U,
          .replica = 4};
}

}  // namespace edgesim
