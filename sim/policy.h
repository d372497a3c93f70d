#pragma once

#include <cstdint>

#include "sim/action.h"
#include "sim/observation.h"
#include "sim/rng.h"
#include "sim/transition.h"

namespace edgesim {

class Policy {
 public:
  virtual ~Policy() = default;

  // Called before each episode. In phase kTrain a policy may explore; in any other it is frozen.
  virtual void BeginEpisode(std::uint32_t /*episode*/, Phase /*phase*/) {}

  // `noise` is the decision noise of this request: keyed by policy name, independent of the
  // world's.
  virtual ActionId Act(const Observation& seen, const Noise& noise) = 0;

  // Called in phase kTrain only, once per decision, in order.
  virtual void Learn(const Transition&) {}
};

}  // namespace edgesim
