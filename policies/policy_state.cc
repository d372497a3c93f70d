#include "policies/policy_state.h"

#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

const std::vector<double>& StatePart(const PolicyState& state, const std::string& name) {
  const auto found = state.find(name);
  if (found != state.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [other, values] : state) names.push_back(other);
  throw InputError("the saved policy has no part '" + name + "': it is of another kind" +
                   DidYouMean(name, names));
}

const std::vector<double>& StatePart(const PolicyState& state, const std::string& name,
                                     std::size_t size) {
  const std::vector<double>& values = StatePart(state, name);
  if (values.size() == size) return values;
  throw InputError("part '" + name + "' of the saved policy has " + std::to_string(values.size()) +
                   " numbers, this policy's has " + std::to_string(size) +
                   "; load it into a policy of the same features, bins, requests and actions");
}

}  // namespace edgesim
