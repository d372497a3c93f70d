// Which model is in memory, for policies whose plan depends on it: no observation shows it, but
// what was chosen last does.
#pragma once

#include "policies/backward_induction.h"

namespace edgesim {

class ResidentTracker {
 public:
  // Of the dynamics' classes and actions; they must outlive the tracker.
  explicit ResidentTracker(const EpisodeDynamics& dynamics)
      : dynamics_(dynamics), now_(dynamics.resident_at_start) {}
  void Reset() { now_ = dynamics_.resident_at_start; }
  void Took(std::uint32_t class_id, ActionId action) {
    now_ = dynamics_.model_of[class_id][action];
  }
  std::uint32_t Now() const { return now_; }

 private:
  const EpisodeDynamics& dynamics_;
  std::uint32_t now_;
};

}  // namespace edgesim
