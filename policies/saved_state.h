// Reading what a policy has saved.
#pragma once

#include <string>
#include <vector>

#include "sim/input_error.h"
#include "sim/policy.h"

namespace edgesim {

// The values saved under `name`; throws InputError where there are none, or not `size` of them.
inline const std::vector<double>& Saved(const PolicyState& state, const std::string& name,
                                        std::size_t size) {
  const auto found = state.find(name);
  if (found == state.end())
    throw InputError("policy state: '" + name + "' is missing; it was saved by another policy");
  if (found->second.size() != size) {
    throw InputError("policy state: '" + name + "' has " + std::to_string(found->second.size()) +
                     " values, expected " + std::to_string(size) +
                     "; it was saved with other settings");
  }
  return found->second;
}

}  // namespace edgesim
