// Action values of a finite set of states.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "sim/action.h"
#include "sim/rng.h"

namespace edgesim {

// Draws that are the same at every visit of a state: a frozen policy breaks its ties with them.
inline WordStream FixedTies(std::uint32_t state) {
  return WordStream(HashName("fixed ties"), state, 0);
}

class QTable {
 public:
  QTable(std::uint32_t states, std::size_t actions, double initial)
      : q_(Values::Constant(states, static_cast<Eigen::Index>(actions), initial)) {}

  double Value(std::uint32_t state, ActionId action) const { return q_(state, action); }
  double Best(std::uint32_t state) const { return q_.row(state).maxCoeff(); }
  double Mean(std::uint32_t state) const { return q_.row(state).mean(); }

  // One of the best actions, ties broken at random: a fixed tie rule makes unvisited actions
  // invisible.
  ActionId Greedy(std::uint32_t state, WordStream& ties) const {
    const double best = Best(state);
    const auto row = q_.row(state);
    std::uint32_t count = 0;
    for (const double q : row) count += q == best;
    std::uint32_t skip = UniformIndex(ties, count);
    ActionId action = 0;
    while (row(action) != best || skip-- > 0) ++action;
    return action;
  }

  void Move(std::uint32_t state, ActionId action, double target, double learning_rate) {
    double& q = q_(state, action);
    q += learning_rate * (target - q);
  }

  // All values, [state][action], and back; the size must fit.
  std::vector<double> Flat() const { return {q_.data(), q_.data() + q_.size()}; }
  void SetFlat(const std::vector<double>& values) {
    q_ = Eigen::Map<const Values>(values.data(), q_.rows(), q_.cols());
  }
  std::size_t size() const { return static_cast<std::size_t>(q_.size()); }

 private:
  using Values = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Values q_;  // (states x actions)
};

}  // namespace edgesim
