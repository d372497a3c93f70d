#pragma once

#include <vector>

namespace edgesim {

// A learner that prices the costs of its constraints.
class PricesConstraints {
 public:
  virtual ~PricesConstraints() = default;

  // One multiplier per constraint, as the frozen policy uses it: reward per unit of cost.
  virtual std::vector<double> Multipliers() const = 0;
};

}  // namespace edgesim
