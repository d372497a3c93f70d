// Action values in single precision, a padded row of eight per state: what a learner needs per step
// - the best value, the best actions, one of them at random - is a handful of vector instructions.
// For long training on small problems; QTable (policies/q_table.h) has no limit on actions.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "sim/action.h"

namespace edgesim {

class FlatQRow {
 public:
  static constexpr std::size_t kWidth = 8;

  // Values of actions 0 .. actions-1; the rest is padding that is never best.
  FlatQRow() : FlatQRow(kWidth, 0) {}
  FlatQRow(std::size_t actions, float initial) : quads_{} {
    for (std::size_t a = 0; a < kWidth; ++a)
      At(static_cast<ActionId>(a)) =
          a < actions ? initial : -std::numeric_limits<float>::infinity();
  }

  float Value(ActionId action) const { return quads_[action / kLanes][action % kLanes]; }

  float Best() const {
    const Quad four = quads_[0] > quads_[1] ? quads_[0] : quads_[1];
    const Quad swapped = __builtin_shuffle(four, Order{2, 3, 0, 1});
    const Quad two = four > swapped ? four : swapped;
    return two[0] > two[1] ? two[0] : two[1];
  }

  // Bit a: action a has the value `best`.
  std::uint32_t BestActions(float best) const {
    const Quad all = {best, best, best, best};
    Order bits =
        ((quads_[0] == all) & Order{1, 2, 4, 8}) | ((quads_[1] == all) & Order{16, 32, 64, 128});
    bits |= __builtin_shuffle(bits, Order{2, 3, 0, 1});
    return static_cast<std::uint32_t>(bits[0] | bits[1]);
  }

  // One of the best actions, ties broken by 32 random bits: a fixed tie rule makes unvisited
  // actions invisible.
  ActionId Greedy(float best, std::uint32_t random) const {
    std::uint32_t candidates = BestActions(best);
    if ((candidates & (candidates - 1)) != 0) {
      auto skip = static_cast<std::uint32_t>(
          (std::uint64_t{random} * static_cast<std::uint32_t>(std::popcount(candidates))) >> 32);
      while (skip-- > 0) candidates &= candidates - 1;
    }
    return static_cast<ActionId>(std::countr_zero(candidates));
  }

  void Move(ActionId action, float target, float learning_rate) {
    float& q = At(action);
    q += learning_rate * (target - q);
  }

 private:
  static constexpr std::size_t kLanes = 4;
  using Quad = float __attribute__((vector_size(16)));
  using Order = std::int32_t __attribute__((vector_size(16)));
  float& At(ActionId action) { return reinterpret_cast<float*>(quads_)[action]; }
  Quad quads_[kWidth / kLanes];
};

class FlatQ {
 public:
  // At most FlatQRow::kWidth actions.
  FlatQ(std::uint32_t states, std::size_t actions, float initial)
      : rows_(states, FlatQRow(actions, initial)) {}

  FlatQRow& Row(std::uint32_t state) { return rows_[state]; }
  const FlatQRow& Row(std::uint32_t state) const { return rows_[state]; }

 private:
  std::vector<FlatQRow> rows_;  // [state]
};

}  // namespace edgesim
