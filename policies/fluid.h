// Fluid re-solving: before each request the linear programme of mean energies over the rest of the
// episode is solved anew, and its mixture of neighbours on the hull is followed at random.
#pragma once

#include <memory>

#include "policies/context.h"
#include "policies/fluid_frontier.h"

namespace edgesim {

struct FluidConfig {
  static constexpr const char* kKind = "fluid";
  static constexpr PolicySort kSort = PolicySort::kRule;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  template <class V>
  void Visit(V&) {}
};

class Fluid final : public Policy {
 public:
  explicit Fluid(const DecisionModel& model) : frontier_(model) {}
  ActionId Act(const Observation& seen, const Noise& noise) override;

 private:
  FluidFrontier frontier_;
};

}  // namespace edgesim
