// A policy's table as a C99 header that needs nothing else.
#pragma once

#include <string>

#include "experiments/policy_table_json.h"

namespace edgesim {

// edgesim_policy_choose(energy_left_j, requests_left, class_id) -> a position in
// edgesim_policy_actions; arguments out of range are clamped.
std::string PolicyCHeader(const PolicyTableFile& file);

}  // namespace edgesim
