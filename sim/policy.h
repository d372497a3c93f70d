#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/action.h"
#include "sim/observation.h"
#include "sim/rng.h"
#include "sim/transition.h"

namespace edgesim {

// What a policy has learned, by name: enough to go on as if it had never stopped.
using PolicyState = std::map<std::string, std::vector<double>>;

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

  // Load throws InputError where the state is not of a policy of the same sizes. Empty for policies
  // that do not learn.
  virtual PolicyState Save() const { return {}; }
  virtual void Load(const PolicyState&) {}
};

}  // namespace edgesim
