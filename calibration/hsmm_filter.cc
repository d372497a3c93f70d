#include "calibration/hsmm_filter.h"

#include <cmath>
#include <stdexcept>

#include "devices/hsmm_forward.h"

namespace edgesim {

using Eigen::Index;

std::vector<StayWeight> FilterStays(const Hsmm& model, std::span<const double> watts,
                                    double outlier_weight) {
  const auto steps = static_cast<Index>(watts.size());
  const HsmmTables tables = MakeTables(model, static_cast<int>(steps) + 1);
  const ForwardMessages forward = Forward(tables, LogDensity(model, watts, 0, outlier_weight));
  if (!std::isfinite(forward.log_likelihood))
    throw std::invalid_argument("the model gives the readings no probability");
  std::vector<StayWeight> weights;
  double total = 0;
  const auto add = [&](Index state, Index age, double weight) {
    constexpr double kNegligible = 1e-9;
    if (weight < kNegligible) return;
    weights.push_back({.state = static_cast<std::uint32_t>(state),
                       .age = static_cast<std::uint32_t>(age),
                       .weight = weight});
    total += weight;
  };
  for (Index j = 0; j < static_cast<Index>(model.states.size()); ++j) {
    WideDouble product(1);  // of the factors since the stay began
    for (Index age = 1; age <= steps; ++age) {
      const Index begin = steps - age;
      product = product * forward.factor(begin, j);
      if (product.IsZero()) break;
      add(j, age, (forward.start(begin, j) * product).ToDouble() * tables.survivor(age - 1, j));
    }
    if (model.starts_mid_stay) {
      add(j, steps, forward.first(steps - 1, j).ToDouble() * tables.first_survivor(steps - 1, j));
    }
  }
  for (StayWeight& w : weights) w.weight /= total;
  return weights;
}

}  // namespace edgesim
