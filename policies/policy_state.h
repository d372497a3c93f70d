// Reading what a policy saved.
#pragma once

#include <string>
#include <vector>

#include "sim/policy.h"

namespace edgesim {

// The part of this name; InputError where there is none.
const std::vector<double>& StatePart(const PolicyState& state, const std::string& name);

// The same; InputError also where it does not have `size` numbers.
const std::vector<double>& StatePart(const PolicyState& state, const std::string& name,
                                     std::size_t size);

}  // namespace edgesim
