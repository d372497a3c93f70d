// Whether what a learner chose was done: a shield around it may do another action in its place. A
// learner that would go on asking for what it cannot have learns nothing else.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/transition.h"

namespace edgesim {

class LastChoice {
 public:
  ActionId Chose(const Observation& seen, ActionId action) {
    request_ = seen.request_index;
    action_ = action;
    return action;
  }
  // What was chosen for this request; null if it was done.
  std::optional<ActionId> Refused(const Transition& t) const {
    const bool other = action_ && request_ == t.before.request_index && *action_ != t.action;
    return other ? action_ : std::nullopt;
  }

 private:
  std::uint32_t request_ = 0;
  std::optional<ActionId> action_;
};

}  // namespace edgesim
